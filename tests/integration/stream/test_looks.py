"""A look that shows what was so a moment ago, at a member that has just taken over, misleads no command."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.events.hazards import HazardAssigned
from shared.events.rules import WrongState
from shared.mongo import Database, Document
from shared.stream import Outcome, Stream, Wish, Write
from tests.facts import assigned
from tests.integration.stream.conftest import REPORT, SET, STEP, Tale, command
from tests.support import eventually


def after_the_second(state: Tale | None, *_: Any) -> HazardAssigned:
    if state is None or state.steps < 2:
        raise WrongState("reported", "assigned")
    return assigned()


LATE: Write[Tale] = Write(after_the_second, creates=True)


async def shown(database: Database) -> Document | None:
    found: Document | None = await database["hazards"].find_one()
    return found


@dataclass(frozen=True)
class Behind:
    """Answers every first look with this document; a member cannot be made to be behind at will."""

    document: Document | None
    asked: list[str] = field(default_factory=list)

    async def get(self, case: str) -> Document | None:
        """Return it, for one case."""
        self.asked.append(case)
        return self.document

    def find(self, _where: Document) -> "Behind":
        """Look for several."""
        return self

    async def to_list(self, _length: int | None) -> list[Document]:
        """Return it, for several."""
        return [self.document] if self.document else []


@pytest.fixture
def showing(stream: Stream[Tale]) -> Callable[[Document | None], Behind]:
    """Has every first look of the stream show this document; with the second it is as it is."""

    def show(document: Document | None) -> Behind:
        behind = Behind(document)
        stream._looks._known = behind  # type: ignore[assignment]
        stream._together = replace(stream._together, collection=behind)
        return behind

    return show


@pytest.mark.promise(5)
async def test_it_refuses_nothing(
    stream: Stream[Tale], database: Database, showing: Callable[[Document | None], Behind]
) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    reported = await shown(database)
    await stream.execute("hz_1", command("k2"), STEP)

    showing(reported)
    by_rule = await stream.execute("hz_1", command("k3"), LATE)
    by_version = await stream.execute("hz_1", command("k4", expected=3), LATE)
    (together,) = await stream.enter([Wish("hz_1", command("k5"), LATE)])
    showing(None)
    unknown = await stream.execute("hz_1", command("k6"), STEP)

    assert [by_rule.changed, by_version.changed, unknown.changed] == [True] * 3
    assert isinstance(together, Outcome)
    assert unknown.case.version == 6


@pytest.mark.promise(5)
async def test_it_says_of_nothing_that_it_is_so_already(
    stream: Stream[Tale], database: Database, showing: Callable[[Document | None], Behind]
) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_1", command("k2"), SET)
    said = await shown(database)
    await stream.execute("hz_1", command("k3"), STEP)

    showing(said)
    (together,) = await stream.enter([Wish("hz_1", replace(command("k4"), may_repeat=False), SET)])

    assert isinstance(together, Outcome)
    assert (together.changed, together.case.version) == (True, 4)


@pytest.mark.promise(1)
async def test_nothing_is_called_done_by_what_only_the_primary_holds(
    stream: Stream[Tale], database: Database, showing: Callable[[Document | None], Behind]
) -> None:
    """What a majority has not heard of may still be taken back."""
    await stream.execute("hz_1", command("k1"), REPORT)
    reported = await shown(database)
    await stream.execute("hz_1", command("k2"), STEP)
    await stream.execute("hz_1", command("k3"), LATE)
    known = stream._looks._known

    behind = showing(reported)
    again = asyncio.create_task(stream.execute("hz_1", command("k3"), LATE))
    await eventually(lambda: len(behind.asked) > 2)
    assert not again.done()
    stream._looks._known = known

    assert not (await again).changed


async def test_what_is_refused_by_the_case_as_it_is_stays_refused(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)

    with pytest.raises(WrongState):
        await stream.execute("hz_1", command("k2"), LATE)
