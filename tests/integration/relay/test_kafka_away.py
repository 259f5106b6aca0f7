"""A Kafka that is away delays what is published and loses nothing; what was given up is given up."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.kafka import Cluster
from shared.sender import NotSent, Sender
from shared.settings import Settings
from shared.topics import provision
from tests.facts import records
from tests.integration.relay.conftest import Published, Stock
from tests.integration.relay.test_publishing import relaying
from tests.support import BACK_SECONDS, eventually


@pytest.fixture
async def away(settings: Settings, broker: Cluster) -> Settings:
    """The settings, with a Kafka that can go away."""
    there = settings.model_copy(update={"kafka": broker.bootstrap})
    await provision(there)
    return there


@pytest.fixture
async def published(away: Settings) -> AsyncIterator[Published]:
    async with AIOKafkaConsumer(bootstrap_servers=away.kafka, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(away.topic("hazards"), n) for n in range(away.partitions)])
        yield Published(consumer)


@pytest.mark.promise(5)
async def test_events_wait_and_then_go_out_in_order(
    away: Settings, stock: Stock, broker: Cluster, published: Published
) -> None:
    async with relaying(away, stock) as relay:
        await stock.add("hz_1")
        await eventually(stock.all_marked)
        await broker.brokers[0].kill()
        await stock.add("hz_1", 2)
        await stock.add("hz_2", 2)
        assert await relay.ready() == []
        assert await stock.unpublished() == 2

        await broker.brokers[0].start()
        await eventually(stock.all_marked, deadline=BACK_SECONDS)

    await eventually(lambda: published.has(5))
    assert published.in_order(stock.versions)


async def test_a_producer_that_is_given_up_leaves_nothing_behind(
    away: Settings, broker: Cluster, published: Published
) -> None:
    before = senders()
    sender = Sender(away)
    await sender.send(records("hz_1", 1))
    await broker.brokers[0].kill()
    sending = asyncio.create_task(sender.send(records("hz_1", 2)))
    await eventually(lambda: waiting(sender))

    sending.cancel()
    await sender.close()

    await eventually(lambda: senders() == before)
    await broker.brokers[0].start()
    again = Sender(away)
    await eventually(lambda: sent(again), deadline=BACK_SECONDS)
    await again.close()
    await eventually(lambda: published.has(2))
    assert published.told() == {"hz_1": [1, 3]}


def waiting(sender: Sender) -> bool:
    """Whether something is on its way: still with the producer, or in a request that nobody answers."""
    if sender._producer is None:
        return False
    accumulator = sender._producer._message_accumulator
    return bool(accumulator._batches or accumulator._pending_batches)


async def sent(sender: Sender) -> bool:
    try:
        await sender.send(records("hz_1", 3))
    except NotSent:
        return False
    return True


def senders() -> int:
    """How many producers are at work in this process."""
    return sum("Sender._sender_routine" in str(task.get_coro()) for task in asyncio.all_tasks())
