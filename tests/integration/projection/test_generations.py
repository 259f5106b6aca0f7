"""Two generations of a read model are fed side by side, each as far as it may go."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from motor.motor_asyncio import AsyncIOMotorCollection
from structlog.testing import capture_logs

from shared.mongo import Collection
from shared.projection import Generation, Runtime, hashed
from shared.projection.generation import generations
from shared.projection.rebuild import intent
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.support import eventually

KEY = enterprise(0, 3)
FAR = 60


def second(stage: Stage) -> Generation:
    return Generation(stage.database, "tales", 2)


async def told(generation: Generation) -> dict[str, list[int]]:
    rows = await generation.collection("told").find().to_list(None)
    return {row["subject"]: row["sequences"] for row in rows}


async def allow(stage: Stage, offset: int) -> None:
    at = TopicPartition(stage.settings.topic("hazards"), 0)
    await intent.allow(stage.database, "tales", 2, {at: offset})


async def has(stage: Stage, *sequences: int) -> bool:
    assert (await told(second(stage))).get("hz_1", []) == [*sequences]
    return True


async def stays(stage: Stage, *sequences: int) -> None:
    """See that the second generation is no further, once the first has applied what came after."""
    await stage.send(records(f"hz_{len(sequences)}x", 1, enterprise=KEY))
    await eventually(lambda: applied(stage, f"hz_{len(sequences)}x"), deadline=FAR)
    assert await has(stage, *sequences)


async def applied(stage: Stage, subject: str) -> bool:
    return subject in await stage.told()


async def test_the_first_generation_is_known_though_reads_still_show_what_was_before_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two who name it at once, the one that comes second may read behind its write what a majority had."""

    async def of_before(_collection: Collection, *_asked: Any) -> None:
        return None

    assert (await generations(stage.database, "tales")).current == 1
    monkeypatch.setattr(AsyncIOMotorCollection, "find_one", of_before)

    assert (await generations(stage.database, "tales")).current == 1


@pytest.mark.promise(7)
async def test_a_generation_that_is_built_never_passes_where_it_must_wait(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 2, 3, 4, 5, enterprise=KEY))
    async with stage.running() as runtime:
        await eventually(lambda: stage.has_told(hz_1=range(1, 6)), deadline=FAR)
        await intent.begin(stage.database, "tales")
        await eventually(lambda: works(runtime), deadline=FAR)
        await stays(stage)

        await allow(stage, 2)
        await eventually(lambda: has(stage, 1, 2), deadline=FAR)
        await stays(stage, 1, 2)
        await allow(stage, 5)
        await eventually(lambda: has(stage, 1, 2, 3, 4, 5), deadline=FAR)

        await intent.lift(stage.database, "tales", 2)
        await eventually(lambda: same(stage), deadline=FAR)
        await intent.switch(stage.database, "tales", await generations(stage.database, "tales"))
        await stage.send(records("hz_1", 6, enterprise=KEY))
        await eventually(lambda: has(stage, 1, 2, 3, 4, 5, 6), deadline=FAR)
        await eventually(lambda: same(stage), deadline=FAR)


def works(runtime: Runtime[Any, Any]) -> bool:
    return runtime.works(2)


async def same(stage: Stage) -> bool:
    assert await stage.told() == await told(second(stage))
    return True


@pytest.mark.promise(7)
async def test_a_generation_waits_where_it_must_also_in_a_process_that_begins_later(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    async with stage.running():
        await intent.begin(stage.database, "tales")
        await allow(stage, 2)
        await eventually(lambda: has(stage, 1, 2), deadline=FAR)
    async with stage.running() as runtime:
        await eventually(lambda: works(runtime), deadline=FAR)
        await stays(stage, 1, 2)
        await allow(stage, 3)
        await eventually(lambda: has(stage, 1, 2, 3), deadline=FAR)


async def test_a_generation_that_is_given_up_is_fed_no_more_and_its_number_is_never_given_again(
    stage: Stage,
) -> None:
    async with stage.running() as runtime:
        await intent.begin(stage.database, "tales")
        await eventually(lambda: works(runtime), deadline=FAR)
        await intent.end(stage.database, "tales", await generations(stage.database, "tales"))
        await eventually(lambda: not runtime.works(2), deadline=FAR)

    assert (await intent.begin(stage.database, "tales")).building == 3


async def test_a_bug_that_ends_the_feeding_of_another_generation_leaves_the_one_that_is_read_alone(
    stage: Stage,
) -> None:
    broken = second(stage).collection("positions")
    topic = stage.settings.topic("hazards")
    await broken.insert_one({"_id": hashed(f"{topic}:0"), "topic": topic, "partition": 0})
    async with stage.running() as runtime:
        with capture_logs() as lines:
            await intent.begin(stage.database, "tales")
            await eventually(lambda: failed(lines), deadline=FAR)
        await stage.send(records("hz_1", 1, enterprise=KEY))
        await eventually(lambda: stage.has_told(hz_1=[1]), deadline=FAR)

        await broken.delete_many({})
        await eventually(lambda: works(runtime), deadline=FAR)


def failed(lines: Sequence[Mapping[str, Any]]) -> bool:
    return any(line["event"] == "generation-failed" for line in lines)
