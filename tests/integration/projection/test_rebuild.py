"""A read model is built anew beside the one that is read, compared with it, and switched to."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from deploy.local.processes import Child
from shared.edition import Edition
from shared.events.wire import Record
from shared.projection import hashed
from shared.projection.generation import current
from shared.projection.rebuild import MOST_BEHIND, FarBehind, Overtaken, Step, intent
from shared.projection.rebuild.comparing import Difference
from shared.topics import provision
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.integration.projection.counted import COUNTS, FAR, counting, load, same, second, work
from tests.integration.projection.test_bad_records import said
from tests.integration.projection.test_exactly_once import WORKER
from tests.support import eventually

KEY = enterprise(0, 3)


async def back(stage: Stage, *, most: int | None = MOST_BEHIND) -> int:
    """Read the other generation that is fed."""
    return await work(stage).go_over(await work(stage).known(), most=most)


async def reads(stage: Stage) -> int:
    return (await current(stage.database, "tales")).number


class Interrupted(Exception):  # noqa: N818 - an outcome
    """The operator has interrupted the command."""


async def has_begun(stage: Stage) -> bool:
    return len(await stage.told()) == 9


@pytest.mark.promise(7)
async def test_a_rebuild_under_load_gives_the_same_and_is_read_from_one_moment(stage: Stage) -> None:
    stage = counting(stage)
    async with stage.running("one"), stage.running("two"):
        async with load(stage):
            await eventually(lambda: has_begun(stage), deadline=FAR)
            await work(stage).begin()
            found = await work(stage).run()
            assert await reads(stage) == 2
        assert found is not None
        assert found.first == []
        assert found.documents > 9
        await eventually(lambda: same(stage), deadline=FAR)


@pytest.mark.promise(7)
@pytest.mark.parametrize("step", list(Step))
async def test_a_rebuild_that_is_interrupted_goes_on_when_it_is_asked_for_again(
    stage: Stage, step: Step
) -> None:
    await stage.send(records("hz_1", *range(1, 40), enterprise=KEY))

    def told(at: Step, _done: int, _whole: int) -> None:
        if at is step:
            raise Interrupted

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=range(1, 40)), deadline=FAR)
        await work(stage).begin()
        with pytest.raises(Interrupted):
            await work(stage, told).run()
        assert await reads(stage) == 1

        again = await work(stage).begin()
        await work(stage).run()

        assert again.building == 2
        assert await reads(stage) == 2
        await eventually(lambda: same(stage), deadline=FAR)


@pytest.mark.promise(7)
async def test_a_process_killed_amid_a_rebuild_leaves_it_to_the_others(stage: Stage, tmp_path: Path) -> None:
    env = {
        "NANXUN_KAFKA": stage.settings.kafka,
        "NANXUN_MONGO": stage.settings.mongo,
        "NANXUN_NAMESPACE": stage.settings.namespace,
        "NANXUN_PARTITIONS": str(stage.settings.partitions),
        "NANXUN_INSTANCE": "worker",
    }
    worker = Child("worker", (sys.executable, "-c", WORKER), log=tmp_path / "log", env={**os.environ, **env})
    cases = {f"hz_{n}": f"E{n}" for n in range(30)}
    for step in range(1, 41):
        await stage.send(both for case, key in cases.items() for both in records(case, step, enterprise=key))
    try:
        await worker.start()
        await eventually(lambda: stage.has_told(**dict.fromkeys(cases, range(1, 41))), deadline=FAR)
        await work(stage).begin()
        rebuilding = asyncio.create_task(work(stage).run())
        await eventually(lambda: exists(stage), deadline=FAR)
        await worker.kill()
        async with stage.running("two"):
            found = await asyncio.wait_for(rebuilding, FAR)
            assert found is not None
            assert found.first == []
            await eventually(lambda: same(stage), deadline=FAR)
    finally:
        await worker.stop()


async def exists(stage: Stage) -> bool:
    return await second(stage).collection("cases").find_one() is not None


@pytest.mark.promise(7)
async def test_a_difference_is_told_by_its_field_and_keeps_readers_where_they_are(stage: Stage) -> None:
    stage = counting(stage)
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]), deadline=FAR)
        counts = stage.generation.collection(COUNTS)
        await counts.update_one({"_id": hashed("0")}, {"$inc": {"c.events": 1}})
        await counts.insert_one({"_id": hashed("nobody"), "lane": 0, "c": {"events": 0}})

        await work(stage).begin()
        found = await work(stage).run()

        assert found is not None
        assert found.first == [Difference(COUNTS, hashed("0"), "c.events", 4, 3)]
        assert (found.fields, found.differing) == (1, 1)
        assert await reads(stage) == 1
        await work(stage).run(accept=True)
        assert await reads(stage) == 2


@pytest.mark.promise(7)
async def test_readers_can_go_back_and_what_is_dropped_leaves_nothing(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 2, enterprise=KEY))
    async with stage.running() as runtime:
        await work(stage).begin()
        await work(stage).run()
        with pytest.raises(Overtaken):
            await work(stage).begin()

        # The one that was read before is fed on.
        await stage.send(records("hz_1", 3, enterprise=KEY))
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]), deadline=FAR)
        await eventually(lambda: same(stage), deadline=FAR)
        assert await back(stage) == 0
        assert await reads(stage) == 1

        gone = await work(stage).drop()

        assert gone == ["tales_2_cases", "tales_2_positions", "tales_2_told"]
        await eventually(lambda: not runtime.works(2), deadline=FAR)
        with pytest.raises(Overtaken):
            await back(stage)
        assert await work(stage).drop() == []
        assert (await work(stage).begin()).building == 3


async def test_readers_do_not_go_back_to_what_is_far_behind_unless_that_is_wanted(stage: Stage) -> None:
    known = await intent.begin(stage.database, "tales")
    await intent.switch(stage.database, "tales", known)
    place = {"topic": stage.settings.topic("hazards"), "partition": 0, "next": MOST_BEHIND + 1}
    await second(stage).collection("positions").insert_one(place)

    with pytest.raises(FarBehind):
        await back(stage)
    assert await reads(stage) == 2
    assert await back(stage, most=None) == MOST_BEHIND + 1
    assert await reads(stage) == 1


@pytest.mark.promise(7)
async def test_how_far_back_is_told_by_the_edition_of_the_log_that_each_generation_follows(
    stage: Stage,
) -> None:
    edition = Edition(2, 5)
    await provision(stage.settings.on(edition))
    known = await intent.begin(stage.database, "tales", edition=edition)
    await intent.switch(stage.database, "tales", known)
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    mine, other = stage.settings.topic("hazards"), stage.settings.on(edition).topic("hazards")
    place = {"topic": mine, "partition": 0, "next": 1}
    await stage.generation.collection("positions").insert_one(place)
    place = {"topic": other, "partition": 4, "next": MOST_BEHIND + 1}
    await second(stage).collection("positions").insert_one(place)

    assert await back(stage) == 2
    assert await reads(stage) == 1
    # The first has read of its own log alone, and the second all that there is of the other.
    assert await back(stage) == 0
    assert await reads(stage) == 2


async def test_a_rebuild_that_is_given_up_ends_the_command_that_waits_for_it(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, enterprise=KEY))
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1]), deadline=FAR)
    await work(stage).begin()
    waiting = asyncio.create_task(work(stage).run())

    await work(stage).drop()

    with pytest.raises(Overtaken):
        await asyncio.wait_for(waiting, FAR)


async def test_a_generation_that_another_command_let_go_beyond_the_old_one_ends_the_command(
    stage: Stage,
) -> None:
    await work(stage).begin()
    place = {"topic": stage.settings.topic("hazards"), "partition": 0, "next": 1}
    await second(stage).collection("positions").insert_one(place)

    with pytest.raises(Overtaken):
        await asyncio.wait_for(work(stage).run(), FAR)


@pytest.mark.promise(7)
async def test_a_rebuild_writes_no_dead_letters_and_what_comes_after_it_is_kept(stage: Stage) -> None:
    rubbish = Record("hazards", KEY.encode(), b"rubbish", [])
    await stage.send([rubbish, *records("hz_1", 1, enterprise=KEY), rubbish])
    async with stage.running():
        await eventually(lambda: stage.reaches("hazards", 0, 3), deadline=FAR)
        before = await stage.dead()
        # A unit that is tried again may write a letter twice.
        assert {said(letter)["offset"] for letter in before} == {"0", "2"}

        await work(stage).begin()
        await work(stage).run()

        assert len(await stage.dead()) == len(before)
        await stage.send([rubbish])
        # One of each generation; readers drop the second.
        await eventually(lambda: letters(stage, "3"), deadline=FAR)


async def letters(stage: Stage, offset: str) -> bool:
    return [said(letter)["offset"] for letter in await stage.dead()].count(offset) >= 2
