"""Our own bug stops the case that it meets, keeps that case's events, and stops no other case."""

from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError
from structlog.testing import capture_logs

from shared.events.base import Fact, Recorded
from shared.mongo import Document, snapshot
from shared.projection import Folded, Lane, stuck
from shared.projection.documents import CASES, case_id
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise, unchanged, write
from tests.integration.projection.test_log import stops
from tests.lanes.telling import Telling, tell
from tests.support import eventually

KEY = enterprise(0, 3)
BAD = "hz_bad"


def fold_that_fails(state: Document | None, event: Recorded[Fact]) -> Folded[Document, Telling]:
    if event.subject == BAD and event.sequence == 2:
        raise ZeroDivisionError("a bug in the fold")
    return tell(state, event)


async def sink_that_fails(lane: Lane, effects: list[Telling]) -> None:
    await write(lane, effects)
    if Telling(BAD, 2) in effects:
        raise ZeroDivisionError("a bug in the sink")


async def sink_that_collides(lane: Lane, effects: list[Telling]) -> None:
    await write(lane, effects)
    if Telling(BAD, 2) in effects:
        twice = lane.generation.collection("told")
        await twice.insert_one({"_id": "once"}, session=lane.session)
        await twice.insert_one({"_id": "once"}, session=lane.session)


def fold_to_what_cannot_be_stored(state: Document | None, event: Recorded[Fact]) -> Folded[Document, Telling]:
    folded = tell(state, event)
    too_large = event.subject == BAD and event.sequence == 2
    return Folded({"steps": 2**70}, folded.effects) if too_large else folded


def load_that_fails(document: Document) -> Document:
    if document.get("subject") == BAD:
        raise KeyError("a state of an older shape")
    return document


def fold_with_its_subject(state: Document | None, event: Recorded[Fact]) -> Folded[Document, Telling]:
    folded = tell(state, event)
    return Folded(folded.state | {"subject": event.subject}, folded.effects)


BUGS: dict[str, tuple[dict[str, Any], str]] = {
    "the fold": ({"fold": fold_that_fails}, "ZeroDivisionError: a bug in the fold"),
    "the sink": ({"sink": sink_that_fails}, "ZeroDivisionError: a bug in the sink"),
    "a write of the sink": ({"sink": sink_that_collides}, DuplicateKeyError.__name__),
    "a state that cannot be stored": ({"fold": fold_to_what_cannot_be_stored}, "OverflowError"),
    "a state that cannot be read": ({"fold": fold_with_its_subject, "load": load_that_fails}, "KeyError"),
}


@pytest.mark.promise(4)
@pytest.mark.parametrize("where", BUGS)
async def test_a_bug_parks_the_case_it_meets_and_no_other(stage: Stage, where: str) -> None:
    changes, why = BUGS[where]
    broken = stage.playing(**changes)
    await stage.send(records("hz_1", 1, enterprise=KEY))
    await stage.send(records(BAD, 1, 2, 3, enterprise=KEY))
    await stage.send(records("hz_2", 1, enterprise=enterprise(1, 3)))

    async with broken.running():
        await eventually(lambda: stage.has_told(hz_1=[1], **{BAD: [1]}, hz_2=[1]))
        await eventually(lambda: stage.reaches("hazards", 0, 4))
        await stage.send([*records(BAD, 4, 2, enterprise=KEY), *records("hz_3", 1, enterprise=KEY)])
        await eventually(lambda: stage.has_told(hz_1=[1], **{BAD: [1]}, hz_2=[1], hz_3=[1]))

    case = await stage.case(BAD, KEY)
    assert case is not None
    assert case["version"] == 1
    assert case["parked"].startswith(why)
    assert sorted(held["sequence"] for held in case["held"]) == [2, 3, 4]
    async with snapshot(stage.client) as session:
        assert await stuck.anything(stage.generation.collection(CASES), session)


async def test_a_bug_that_parking_meets_too_stops_its_lane_by_name_and_skips_nothing(stage: Stage) -> None:
    cases = stage.generation.collection(CASES)
    await cases.insert_one({"_id": case_id(KEY, BAD), "lane": 0, "subject": BAD})
    await stage.send(records(BAD, 1, enterprise=KEY))
    await stage.send(records("hz_2", 1, enterprise=enterprise(1, 3)))

    with capture_logs() as lines:
        async with stage.running() as runtime:
            await stops(runtime, "our-bug")
            await eventually(lambda: stage.has_told(hz_2=[1]), deadline=60)

    (stopped,) = [line for line in lines if line["event"] == "lane-stopped"]
    assert stopped["detail"].startswith("KeyError")
    assert len([line for line in lines if line["event"] == "lane-failed"]) == 3
    assert await stage.reaches("hazards", 0, 0)
    await cases.delete_one({"_id": case_id(KEY, BAD)})
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_2=[1], **{BAD: [1]}), deadline=60)


@pytest.mark.promise(2)
async def test_what_fails_leaves_neither_effects_nor_position_behind(stage: Stage) -> None:
    seen: list[Document] = []

    async def sink(lane: Lane, effects: list[Telling]) -> None:
        await write(lane, effects)
        seen.append(await stage.position("hazards", 0))
        seen.extend(await stage.generation.collection("told").find().to_list(None))
        raise ZeroDivisionError

    await stage.send(records("hz_1", 1, enterprise=KEY))

    async with stage.playing(sink=sink).running():
        await eventually(lambda: stage.reaches("hazards", 0, 1))

    assert seen
    assert all(found == {"next": 0} for found in seen)
    assert await stage.told() == {}


@pytest.mark.promise(2)
async def test_after_the_bug_is_gone_a_duplicate_does_not_wake_what_is_parked(stage: Stage) -> None:
    await stage.send(records(BAD, 1, 2, enterprise=KEY))
    async with stage.playing(fold=fold_that_fails).running():
        await eventually(lambda: stage.reaches("hazards", 0, 2))
    await stage.send(records(BAD, 2, 3, enterprise=KEY))

    async with stage.playing(load=unchanged).running():
        await eventually(lambda: stage.reaches("hazards", 0, 4))

    assert await stage.told() == {BAD: [1]}
