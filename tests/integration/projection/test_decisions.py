"""What operators decide is done once, on real servers, and a rebuild does it again."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from shared.events.operations import (
    AnyOperation,
    CaseReleased,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    decided,
    place,
)
from shared.events.wire import Unreadable
from shared.mongo import Document
from shared.projection.documents import CASES
from shared.projection.records import Item, read
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.integration.projection.counted import second, work
from tests.integration.projection.test_our_bugs import BAD, fold_that_fails
from tests.support import eventually

KEY = enterprise(0, 3)


def older(record: ConsumerRecord, partitions: int) -> Item:
    """Read as a build does that cannot read the second event of any case."""
    item = read(record, partitions)
    subject, sequence = item.decoded.subject, item.decoded.sequence
    return Item(record, Unreadable("schema", "newer", subject, sequence)) if sequence == 2 else item


async def decide(stage: Stage, identity: str, fact: AnyOperation) -> None:
    await stage.send([decided(fact, identity, at=datetime.now(UTC))])


def about(stage: Stage, offset: int) -> dict[str, Any]:
    return {
        "projection": f"{stage.database.name}-tales",
        "topic": stage.settings.topic("hazards"),
        "partition": 0,
        "offset": offset,
        "record": "hz_1:2",
        "after": 3,
        "enterprise": KEY,
        "subject": "hz_1",
        "sequence": 2,
    }


def letter(stage: Stage, offset: int) -> str:
    return place(f"{stage.database.name}-tales", stage.settings.topic("hazards"), 0, offset)


async def a_hole(stage: Stage) -> None:
    """Have a case stand before its second event, which the reader of the day could not read."""
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    async with stage.running(read=older):
        await eventually(lambda: stage.reaches("hazards", 0, 3))
        await eventually(lambda: stage.has_told(hz_1=[1]))


async def rebuilt(stage: Stage) -> list[Document]:
    """Return the cases of the next generation, built from the whole log, which are those of the first."""
    async with stage.running():
        await work(stage).begin()
        found = await work(stage).run()
    assert found is not None
    assert found.first == []
    cases: list[Document] = await second(stage).collection(CASES).find().to_list(None)
    return cases


@pytest.mark.promise(7)
async def test_a_redriven_record_is_applied_once_and_a_rebuild_gives_the_same(stage: Stage) -> None:
    await a_hole(stage)
    fact = DeadLetterRedriven(**about(stage, 1), letter_partition=0, letter_offset=0)

    async with stage.running():
        await decide(stage, letter(stage, 1), fact)
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))
        await decide(stage, letter(stage, 1), fact)
    async with stage.running():
        await stage.send(records("hz_2", 1, enterprise=enterprise(1, 3)))
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3], hz_2=[1]))

    (case, _) = await rebuilt(stage)
    assert not {"holes", "held"} & case.keys()


@pytest.mark.promise(7)
async def test_a_discarded_record_is_never_applied_though_a_rebuild_could_read_it(stage: Stage) -> None:
    await a_hole(stage)

    async with stage.running():
        await decide(stage, letter(stage, 1), DeadLetterDiscarded(**about(stage, 1)))
        await eventually(lambda: stage.has_told(hz_1=[1, 3]))

    (case,) = await rebuilt(stage)
    assert (case["version"], case["discarded"]) == (3, [2])


@pytest.mark.promise(4)
async def test_a_redrive_is_done_beside_a_decision_on_a_topic_of_which_nothing_was_read(stage: Stage) -> None:
    await a_hole(stage)
    there = about(stage, 1) | {"topic": stage.settings.topic("suggestions"), "subject": "sg_1", "sequence": 1}
    unread = CaseReleased(**{name: there[name] for name in CaseReleased.model_fields if name in there})
    await decide(stage, "rl_" + "0" * 32, unread)
    redrive = DeadLetterRedriven(**about(stage, 1), letter_partition=0, letter_offset=0)
    await decide(stage, letter(stage, 1), redrive)

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))


@pytest.mark.promise(4)
async def test_of_two_decisions_on_a_record_the_first_counts(stage: Stage) -> None:
    await a_hole(stage)
    await decide(stage, letter(stage, 1), DeadLetterDiscarded(**about(stage, 1)))
    redrive = DeadLetterRedriven(**about(stage, 1), letter_partition=0, letter_offset=0)
    await decide(stage, letter(stage, 1), redrive)

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 3]))


@pytest.mark.promise(4)
async def test_a_released_case_goes_on_once_the_bug_is_mended(stage: Stage) -> None:
    await stage.send(records(BAD, 1, 2, 3, enterprise=KEY))
    async with stage.playing(fold=fold_that_fails).running():
        await eventually(lambda: stage.reaches("hazards", 0, 3))
    place_ = {name: about(stage, 0)[name] for name in ("projection", "topic", "partition", "enterprise")}
    await decide(stage, "rl_" + "0" * 32, CaseReleased(**place_, subject=BAD, sequence=2))

    async with stage.running():
        await eventually(lambda: stage.has_told(**{BAD: [1, 2, 3]}))

    case = await stage.case(BAD, KEY)
    assert case is not None
    assert not {"parked", "parked_since", "held"} & case.keys()
