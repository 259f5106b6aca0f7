"""A server that is away delays a projection and loses nothing."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local.kafka import Cluster
from deploy.local.mongod import ReplicaSet
from shared.settings import Settings
from shared.topics import provision
from tests.facts import records
from tests.integration.projection.conftest import Stage, stage_on
from tests.support import BACK_SECONDS, eventually


@pytest.mark.promise(5)
async def test_with_the_store_away_it_waits_and_then_goes_on(
    settings: Settings, topics: list[str], store: ReplicaSet
) -> None:
    assert settings.topic("hazards") in topics
    async with stage_on(settings.model_copy(update={"mongo": store.uri})) as stage:
        await stage.send(records("hz_1", 1))
        async with stage.running():
            await eventually(lambda: stage.has_told(hz_1=[1]))
            await store.members[0].kill()
            await stage.send(records("hz_1", 2, 3))
            await store.members[0].start()
            await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]), deadline=BACK_SECONDS)


@pytest.mark.promise(5)
async def test_with_kafka_away_it_waits_from_the_start_and_later(settings: Settings, broker: Cluster) -> None:
    settings = settings.model_copy(update={"kafka": broker.bootstrap})
    await provision(settings)
    async with stage_on(settings) as stage:
        await stage.send(records("hz_1", 1))
        await broker.brokers[0].kill()
        async with stage.running() as runtime:
            assert await runtime.ready() == ["Kafka or MongoDB"]
            await broker.brokers[0].start()
            await eventually(lambda: stage.has_told(hz_1=[1]), deadline=BACK_SECONDS)
            await broker.brokers[0].restart()
            await stage.send(records("hz_1", 2))
            await eventually(lambda: stage.has_told(hz_1=[1, 2]), deadline=BACK_SECONDS)


@pytest.mark.promise(5)
async def test_of_several_brokers_that_are_named_any_shows_the_way(
    settings: Settings, topics: list[str]
) -> None:
    assert settings.topic("hazards") in topics
    # Nobody answers on port 1.
    named = settings.model_copy(update={"kafka": f"127.0.0.1:1,{settings.kafka},127.0.0.1:1"})
    async with stage_on(named) as stage:
        await stage.send(records("hz_1", 1))
        async with stage.running():
            await eventually(lambda: stage.has_told(hz_1=[1]), deadline=BACK_SECONDS)


@pytest.mark.promise(5)
async def test_a_coordinator_that_is_not_found_keeps_nothing_from_being_applied(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_self: AIOKafkaConsumer, _offsets: Any = None) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(AIOKafkaConsumer, "commit", never)
    await stage.send(records("hz_1", 1))
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1]), deadline=BACK_SECONDS)
        await stage.send(records("hz_1", 2))
        await eventually(lambda: stage.has_told(hz_1=[1, 2]), deadline=BACK_SECONDS)
