"""A log that was lost and made again: built from as it is now, and compared without its places."""

import asyncio

import pytest

from shared.events.wire import Record
from shared.projection.documents import case_id
from shared.projection.log import Stopped
from shared.projection.rebuild.comparing import Difference
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.integration.projection.counted import FAR, second, work
from tests.integration.projection.test_log import cut
from tests.integration.topics import made_anew
from tests.support import eventually

KEY, OTHER = enterprise(0, 3), enterprise(1, 3)


async def made_again(stage: Stage, *of: Record) -> None:
    """Lose the topic, and have it again with these records."""
    await made_anew(stage.settings, "hazards")
    await stage.send(of)


async def is_told(stage: Stage, **expected: range) -> bool:
    rows = await second(stage).collection("told").find().to_list(None)
    assert {row["subject"]: row["sequences"] for row in rows} == {
        subject: list(sequences) for subject, sequences in expected.items()
    }
    return True


@pytest.mark.promise(7)
async def test_a_rebuild_from_a_log_that_was_lost_and_made_again_gives_the_same(stage: Stage) -> None:
    before = [*records("hz_1", 1, 2, 3, 5, enterprise=KEY), *records("hz_2", 1, 2, enterprise=OTHER)]
    await stage.send(before)
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3], hz_2=[1, 2]), deadline=FAR)
        assert await work(stage).log_lost() is None
    # In another order, and with more before it: nothing lies where it did.
    await made_again(stage, *records("hz_2", 1, 1, 2, enterprise=OTHER), *before)

    async with stage.running():
        why = await work(stage).log_lost()
        assert why is not None
        assert why.name == "other-log"
        await work(stage).begin(lost=True)
        found = await work(stage).run()
        assert found is not None
        assert found.first == []
        await stage.send(records("hz_1", 4, enterprise=KEY))
        await eventually(lambda: is_told(stage, hz_1=range(1, 6), hz_2=range(1, 3)), deadline=FAR)


@pytest.mark.promise(7)
async def test_a_log_that_came_back_shorter_is_told_to_be_another(stage: Stage) -> None:
    await stage.send([*records("hz_1", 1, 2, 3, enterprise=KEY), *records("hz_2", 1, 2, enterprise=OTHER)])
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3], hz_2=[1, 2]), deadline=FAR)
    await made_again(stage, *records("hz_1", 1, enterprise=KEY))

    why = await work(stage).log_lost()

    assert why is not None
    assert why.name == "other-log"


@pytest.mark.promise(7)
async def test_what_a_log_that_was_made_again_lacks_is_told_and_keeps_readers_where_they_are(
    stage: Stage,
) -> None:
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]), deadline=FAR)
    await made_again(stage, *records("hz_1", 1, 2, enterprise=KEY))

    async with stage.running():
        await work(stage).begin(lost=True)
        found = await work(stage).run()

    assert found is not None
    assert Difference("cases", case_id(KEY, "hz_1"), "version", 3, 2) in found.first
    assert (await work(stage).known()).current == 1


@pytest.mark.promise(7)
async def test_nothing_is_built_from_a_log_that_has_lost_its_beginning(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]), deadline=FAR)
        await cut(stage, 2)
        assert await work(stage).log_lost() is None
        with pytest.raises(Stopped) as why:
            await work(stage).way(stage.generation).whole()
        assert why.value.name == "log-gap"

        await work(stage).begin()
        with pytest.raises(Stopped):
            await asyncio.wait_for(work(stage).run(), FAR)
    assert (await work(stage).known()).current == 1


@pytest.mark.promise(2)
async def test_a_log_that_ends_alike_is_not_taken_for_the_one_that_was_read(stage: Stage) -> None:
    await stage.send([*records("hz_1", 1, 1, enterprise=KEY), *records("hz_2", 1, enterprise=KEY)])
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1], hz_2=[1]), deadline=FAR)
        assert await work(stage).log_lost() is None
    # What was there twice is there once, and what nobody has applied stands in its place.
    await made_again(stage, *records("hz_1", 1, 2, enterprise=KEY), *records("hz_2", 1, enterprise=KEY))

    why = await work(stage).log_lost()

    assert why is not None
    assert why.name == "other-log"


async def test_a_position_that_an_earlier_build_has_moved_is_taken_by_what_that_has_kept(
    stage: Stage,
) -> None:
    await stage.send(records("hz_1", 1, 2, enterprise=KEY))
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2]), deadline=FAR)
    positions = stage.generation.collection("positions")
    where = {"topic": stage.settings.topic("hazards"), "partition": 0}

    # It leaves what it does not know as it was.
    await positions.update_one(where, {"$set": {"stamp": {"next": 1, "time": 0}}})
    assert await work(stage).log_lost() is None

    await positions.update_one(where, {"$set": {"stamp": {"next": 2, "time": 0}}})
    assert await work(stage).log_lost() is not None
