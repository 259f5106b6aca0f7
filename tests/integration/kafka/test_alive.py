"""A consumer whose background work has ended is recognised, and another takes its place."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import kafka
from shared.alive import Lifeless, lifeless, see_alive
from shared.kafka import connection
from shared.projection.log import Log
from shared.settings import Settings


@pytest.fixture
async def consumer(settings: Settings, topics: list[str]) -> AsyncIterator[AIOKafkaConsumer]:
    """One of a group, that has its partitions."""
    made = AIOKafkaConsumer(
        settings.topic("hazards"),
        **connection(settings),
        group_id=settings.namespace,
        enable_auto_commit=False,
    )
    async with kafka.started(made):
        assert topics
        await made.getmany(timeout_ms=200)
        yield made


async def failing() -> None:
    raise RuntimeError("not one that it expects")


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


async def test_one_that_works_is_alive(consumer: AIOKafkaConsumer) -> None:
    assert consumer.assignment()
    assert lifeless(consumer) is None


@pytest.mark.parametrize("part", ["cluster", "fetching", "coordination"])
async def test_one_of_whose_work_a_part_has_ended_is_not(consumer: AIOKafkaConsumer, part: str) -> None:
    task = {
        "cluster": consumer._client._sync_task,
        "fetching": consumer._fetcher._fetch_task,
        "coordination": consumer._coordinator._coordination_task,
    }[part]
    await end(task)

    with pytest.raises(Lifeless, match=part):
        see_alive(consumer)


async def test_one_whose_heartbeat_has_failed_is_not(consumer: AIOKafkaConsumer) -> None:
    await end(consumer._coordinator._heartbeat_task)
    consumer._coordinator._heartbeat_task = asyncio.create_task(failing())
    await asyncio.wait({consumer._coordinator._heartbeat_task})

    with pytest.raises(Lifeless, match="heartbeat has failed"):
        see_alive(consumer)


async def test_the_log_is_asked_by_another_consumer_then(settings: Settings, topics: list[str]) -> None:
    at, log = TopicPartition(settings.topic("hazards"), 0), Log(settings)
    assert topics
    assert await log.ends([at]) == {at: 0}
    assert log._consumer is not None
    await end(log._consumer._client._sync_task)
    # As it ends by itself: with an error that nobody expects.
    log._consumer._client._sync_task = asyncio.create_task(failing())
    await asyncio.wait({log._consumer._client._sync_task})

    assert await log.ends([at]) == {at: 0}

    assert lifeless(log._consumer) is None
    await log.close()
