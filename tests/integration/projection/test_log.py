"""A log that is not the one that was read, or has lost something, stops its lane by name; nothing is lost."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.consumer.fetcher import PartitionRecords
from structlog.testing import capture_logs

from deploy.local.mongod import ReplicaSet
from shared.kafka import administration
from shared.projection import Runtime, doubt
from shared.projection.glance import records_at
from shared.projection.log import Log
from shared.settings import Settings
from tests.facts import records
from tests.integration.failing import REFUSED, refusing
from tests.integration.projection.conftest import Stage, enterprise, stage_on
from tests.integration.topics import made_anew
from tests.support import eventually

KEY, OTHER = enterprise(0, 3), enterprise(1, 3)


async def cut(stage: Stage, before: int) -> None:
    """Delete the records of lane 0 before an offset."""
    async with administration(stage.settings) as client:
        at = TopicPartition(stage.settings.topic("hazards"), 0)
        await client.delete_records({at: RecordsToDelete(before_offset=before)})


async def ends(stage: Stage, offset: int) -> bool:
    """Whether lane 0 ends there."""
    at, log = TopicPartition(stage.settings.topic("hazards"), 0), Log(stage.settings)
    try:
        return (await log.ends([at]))[at] == offset
    finally:
        await log.close()


async def read(stage: Stage, count: int) -> None:
    """Have the first events of lane 0 applied, and stop."""
    await stage.send(records("hz_1", *range(1, count + 1), enterprise=KEY))
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=range(1, count + 1)))


async def stops(runtime: Runtime[Any, Any], name: str) -> None:
    async def said() -> bool:
        assert await runtime.ready() == [name]
        return True

    await eventually(said)


@pytest.mark.promise(7)
async def test_records_that_were_deleted_unread_are_a_named_stop_of_their_lane_alone(stage: Stage) -> None:
    await read(stage, 2)
    await stage.send(records("hz_1", 3, 4, 5, enterprise=KEY))
    await cut(stage, 4)
    await stage.send(records("hz_2", 1, enterprise=OTHER))

    async with stage.running() as runtime:
        await stops(runtime, "log-gap")
        await eventually(lambda: stage.has_told(hz_1=[1, 2], hz_2=[1]))
        await stage.send(records("hz_2", 2, enterprise=OTHER))
        await eventually(lambda: stage.has_told(hz_1=[1, 2], hz_2=[1, 2]))
    # Nor does a start pass over them.
    async with stage.running() as runtime:
        await stops(runtime, "log-gap")
        await stage.send(records("hz_2", 3, enterprise=OTHER))
        await eventually(lambda: stage.has_told(hz_1=[1, 2], hz_2=[1, 2, 3]))

    assert await stage.reaches("hazards", 0, 2)


@pytest.mark.promise(7)
async def test_records_that_are_deleted_unread_while_it_runs_stop_their_lane(
    settings: Settings, topics: list[str], store: ReplicaSet
) -> None:
    assert settings.topic("hazards") in topics
    async with stage_on(settings.model_copy(update={"mongo": store.uri})) as stage:
        await read(stage, 2)
        async with stage.running() as runtime:
            # What cannot be applied is let go of, and read again from the log.
            with capture_logs() as lines:
                async with refusing(stage.client, "commitTransaction", REFUSED):
                    await stage.send(records("hz_1", 3, 4, 5, enterprise=KEY))
                    await eventually(lambda: any(line["event"] == "lane-reads-again" for line in lines))
                    await cut(stage, 4)
                await stops(runtime, "log-gap")
        assert await stage.has_told(hz_1=[1, 2])


@pytest.mark.promise(7)
async def test_a_log_whose_beginning_is_gone_is_not_begun(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 2, enterprise=KEY))
    await cut(stage, 1)

    async with stage.running() as runtime:
        await stops(runtime, "log-gap")

    assert await stage.told() == {}


@pytest.mark.promise(7)
async def test_a_hole_amid_what_is_read_at_once_stops_the_lane_behind_what_is_whole(stage: Stage) -> None:
    first, second, third = records("hz_1", 1, 2, 3, enterprise=KEY)
    # A transaction ends with a record of the broker's own, which no reader is given.
    async with (
        AIOKafkaProducer(
            bootstrap_servers=stage.settings.kafka, transactional_id=stage.settings.namespace
        ) as other,
        other.transaction(),
    ):
        topic = stage.settings.topic(first.topic)
        await other.send(topic, first.value, key=first.key, headers=first.headers)
        await other.send(topic, second.value, key=second.key, headers=second.headers)
    await eventually(lambda: ends(stage, 3))
    await stage.send([third])

    async with stage.running() as runtime:
        await stops(runtime, "log-gap")

    assert await stage.told() == {"hz_1": [1, 2]}
    assert await stage.reaches("hazards", 0, 2)


@pytest.mark.promise(7)
async def test_a_topic_made_anew_while_we_were_away_is_another_log(stage: Stage) -> None:
    await read(stage, 2)
    await made_anew(stage.settings, "hazards")
    await stage.send(records("hz_7", 1, 2, 3, enterprise=KEY))

    async with stage.running() as runtime:
        await stops(runtime, "other-log")

    assert await stage.told() == {"hz_1": [1, 2]}
    assert await stage.reaches("hazards", 0, 2)


@pytest.mark.promise(7)
async def test_a_position_beyond_the_end_is_another_log(stage: Stage) -> None:
    await read(stage, 3)
    await made_anew(stage.settings, "hazards")
    await stage.send(records("hz_1", 1, enterprise=KEY))

    async with stage.running() as runtime:
        await stops(runtime, "other-log")

    assert await stage.told() == {"hz_1": [1, 2, 3]}


@pytest.mark.promise(7)
async def test_a_topic_made_anew_while_it_is_read_is_another_log(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))

    async with stage.running() as runtime:
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))
        await made_anew(stage.settings, "hazards")
        await stage.send(records("hz_7", 1, enterprise=KEY))
        await stops(runtime, "other-log")

    assert await stage.told() == {"hz_1": [1, 2, 3]}


@contextmanager
def past() -> Iterator[list[bool]]:
    """A broker that led before it was away, and tells of what it had then; yields when it was asked."""
    ends, asked = AIOKafkaConsumer.end_offsets, list[bool]()

    async def of_then(consumer: AIOKafkaConsumer, at: list[TopicPartition]) -> dict[TopicPartition, int]:
        now = await ends(consumer, at)
        asked.append(True)
        return {partition: min(end, 1) for partition, end in now.items()}

    with pytest.MonkeyPatch.context() as patched:
        # Nothing that a slow machine takes is long enough to believe it.
        patched.setattr(doubt, "SURE_SECONDS", 300.0)
        patched.setattr(AIOKafkaConsumer, "end_offsets", of_then)
        yield asked


@pytest.mark.promise(5)
async def test_a_broker_that_tells_of_the_past_for_a_moment_holds_up_what_begins_and_stops_nothing(
    stage: Stage,
) -> None:
    await read(stage, 3)

    with past(), capture_logs() as lines:
        async with stage.running() as runtime:
            await eventually(lambda: any(line["event"] == "seating-waits" for line in lines))
            assert await runtime.ready() == ["the positions of some partitions"]
    async with stage.running() as runtime:
        await stage.send(records("hz_1", 4, enterprise=KEY))
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3, 4]))


@pytest.mark.promise(5)
async def test_a_broker_that_tells_of_the_past_for_a_moment_stops_nothing_that_runs(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))

    async with stage.running() as runtime:
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))
        with past() as asked:
            await eventually(lambda: len(asked) > 2)
            assert "other-log" not in await runtime.ready()
        await stage.send(records("hz_1", 4, enterprise=KEY))
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3, 4]))
        assert await runtime.ready() == []


def fetched() -> list[PartitionRecords]:
    return [one for one in gc.get_objects() if type(one) is PartitionRecords]


async def test_nothing_stays_of_what_was_fetched_for_a_look(stage: Stage) -> None:
    """What refers to itself stays until Python looks for cycles, which a projection seldom has it do."""
    await stage.send(records("hz_1", *range(1, 31), enterprise=KEY))
    at, log = TopicPartition(stage.settings.topic("hazards"), 0), Log(stage.settings)
    gc.collect()
    gc.disable()
    try:
        for offset in range(10):
            found = await log.record(at, offset)
            assert found is not None
            assert found.offset == offset
        # That of the last look is there until the next.
        assert len(fetched()) <= 1
    finally:
        gc.enable()
        await log.close()


async def test_a_look_at_the_log_that_is_cut_short_leaves_no_connection_that_cannot_be_closed(
    stage: Stage,
) -> None:
    at, log = TopicPartition(stage.settings.topic("hazards"), 0), Log(stage.settings)
    assert await log.ends([at]) == {at: 0}

    async def look() -> None:
        try:
            # Nothing is there yet: it waits for an answer.
            await records_at(await log._started(), {at: 0})
        finally:
            await log.close()

    looking = asyncio.create_task(look())
    await asyncio.sleep(0.5)
    looking.cancel()
    done, _ = await asyncio.wait([looking], timeout=15)
    assert done


@pytest.mark.promise(2)
async def test_a_position_that_another_process_moved_is_read_again(stage: Stage) -> None:
    """Whoever worked the lane meanwhile is right: its events are not applied again."""
    await stage.send(records("hz_1", 1, enterprise=KEY))
    async with stage.running() as runtime:
        await eventually(lambda: stage.has_told(hz_1=[1]))
        await stage.send(records("hz_1", 2, enterprise=KEY))
        await eventually(lambda: stage.has_told(hz_1=[1, 2]))
        positions = stage.generation.collection("positions")
        where = {"topic": stage.settings.topic("hazards"), "partition": 0}
        before = await positions.find_one(where)
        assert before is not None
        # As if another had applied offset 2, which is a repeat, and stood behind it.
        await stage.send(records("hz_1", 2, enterprise=KEY))
        await eventually(lambda: stage.reaches("hazards", 0, 3))
        await positions.update_one(where, {"$set": {"next": 2, "last": before["last"]}})
        await stage.send(records("hz_1", 3, enterprise=KEY))
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))
        assert await runtime.ready() == []

    assert await stage.reaches("hazards", 0, 4)
