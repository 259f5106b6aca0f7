"""What operators are shown of a projection is true also while a server is away, and of lanes that stand."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.kafka import Cluster
from deploy.local.mongod import ReplicaSet
from shared.alive import Lifeless
from shared.events.operations import CaseReleased, DeadLetterDiscarded
from shared.projection import stuck
from shared.projection.documents import CASES
from shared.projection.generation import Standing
from shared.projection.log import Log
from shared.projection.seats import Seats
from shared.projection.storage import prepare
from shared.projection.watch import Watch
from shared.settings import Settings
from shared.topics import provision
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise, stage_on
from tests.integration.projection.test_decisions import a_hole, about, decide, letter, older
from tests.integration.projection.test_our_bugs import BAD, fold_that_fails
from tests.shown import shown
from tests.support import BACK_SECONDS, eventually

KEY = enterprise(0, 3)
PATIENCE_SECONDS = 30.0


def lag(topic: str = "hazards", lane: int = 0) -> float | None:
    return shown("nanxun_projection_lag_records", projection="tales", topic=topic, partition=str(lane))


def freshness(topic: str = "hazards") -> float | None:
    return shown("nanxun_projection_freshness_seconds", projection="tales", topic=topic)


def known() -> float | None:
    return shown("nanxun_projection_lag_known_seconds", projection="tales")


def below(age: float | None, seconds: float) -> bool:
    """Whether it is shown, and so young."""
    return age is not None and age < seconds


def standing(what: str) -> float | None:
    return shown(f"nanxun_projection_{what}", projection="tales")


async def beyond(age: Callable[[], float | None], seconds: float) -> None:
    await eventually(lambda: (age() or 0.0) > seconds, deadline=seconds + PATIENCE_SECONDS)


async def test_lag_and_freshness_are_shown_where_nothing_arrives(stage: Stage) -> None:
    async with stage.running():
        await eventually(lambda: lag() == 0 and 0 < (freshness() or 0) < 2, deadline=PATIENCE_SECONDS)
        assert below(known(), PATIENCE_SECONDS)
    assert lag() is None
    assert shown("nanxun_projection_freshness_seconds", projection="tales", topic="hazards") is None


async def test_with_kafka_away_what_is_known_grows_old(settings: Settings, broker: Cluster) -> None:
    settings = settings.model_copy(update={"kafka": broker.bootstrap})
    await provision(settings)
    async with stage_on(settings) as stage:
        await stage.send(records("hz_1", 1, enterprise=KEY))
        async with stage.running():
            await eventually(lambda: stage.has_told(hz_1=[1]), deadline=PATIENCE_SECONDS)
            await eventually(lambda: lag() == 0 and below(freshness(), 2), deadline=PATIENCE_SECONDS)
            await broker.brokers[0].kill()
            await beyond(freshness, 4)
            await beyond(known, 4)
            assert lag() == 0
            await broker.brokers[0].start()
            await eventually(lambda: below(freshness(), 2) and below(known(), 2), deadline=BACK_SECONDS)


async def test_with_kafka_away_from_the_start_nothing_is_said_to_be_fresh(
    settings: Settings, broker: Cluster
) -> None:
    settings = settings.model_copy(update={"kafka": broker.bootstrap})
    await provision(settings)
    async with stage_on(settings) as stage:
        await broker.brokers[0].kill()
        async with stage.running():
            await beyond(freshness, 3)
            await beyond(known, 3)
            assert lag() is None
            await broker.brokers[0].start()
            await eventually(lambda: lag() == 0 and below(freshness(), 2), deadline=BACK_SECONDS)


@pytest.mark.promise(5)
async def test_with_the_store_away_what_arrives_is_lag_and_grows_old(
    settings: Settings, topics: list[str], store: ReplicaSet
) -> None:
    assert settings.topic("hazards") in topics
    async with stage_on(settings.model_copy(update={"mongo": store.uri})) as stage:
        await stage.send(records("hz_1", 1, enterprise=KEY))
        async with stage.running():
            await eventually(lambda: stage.has_told(hz_1=[1]), deadline=PATIENCE_SECONDS)
            await store.members[0].kill()
            await stage.send(records("hz_1", 2, 3, enterprise=KEY))
            await eventually(lambda: lag() == 2, deadline=PATIENCE_SECONDS)
            await beyond(freshness, 5)
            assert below(known(), PATIENCE_SECONDS)
            await store.members[0].start()
            await eventually(lambda: lag() == 0 and below(freshness(), 2), deadline=BACK_SECONDS)


@pytest.mark.promise(4)
async def test_a_lane_that_is_stopped_shows_why_and_its_lag_and_how_long_its_first_record_waits(
    stage: Stage,
) -> None:
    await stage.send(records("hz_1", 1, 2, enterprise=KEY))
    async with stage.running():
        await eventually(lambda: stage.reaches("hazards", 0, 2), deadline=PATIENCE_SECONDS)
    await stage.generation.collection("positions").update_one(
        {"topic": stage.settings.topic("hazards"), "partition": 0}, {"$set": {"last": "hz_9:9"}}
    )
    await stage.send(records("hz_1", 3, enterprise=KEY))

    def stopped() -> float | None:
        return shown("nanxun_projection_lane_stopped", projection="tales", lane="0", reason="other-log")

    async with stage.running():
        await eventually(lambda: stopped() == 1, deadline=PATIENCE_SECONDS)
        await eventually(lambda: lag() == 3, deadline=PATIENCE_SECONDS)
        await beyond(freshness, 3)
        assert lag(lane=1) == 0
    assert stopped() is None


async def test_a_consumer_that_will_bring_nothing_again_ends_what_feeds_its_generation(stage: Stage) -> None:
    seats = Seats(stage.generation, Log(stage.settings), standing=Standing(current=False))
    async with AIOKafkaConsumer(bootstrap_servers=stage.settings.kafka) as consumer:
        seats.consumer_of = lambda: consumer
        consumer._fetcher._fetch_task.cancel()
        await asyncio.wait({consumer._fetcher._fetch_task})

        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(Lifeless, match="fetching"):
                await Watch(stage.settings, stage.projection, seats).run()


async def test_a_process_without_partitions_tells_of_all_and_gives_them_up_when_it_has_its_own(
    stage: Stage,
) -> None:
    await stage.send(records("hz_1", 1, 2, enterprise=KEY))
    seats = Seats(stage.generation, Log(stage.settings), standing=Standing(current=False))
    await prepare(stage.generation, stage.projection)
    watching = asyncio.create_task(Watch(stage.settings, stage.projection, seats).run())

    def told(lane: int) -> float | None:
        return shown(
            "nanxun_projection_lag_records", projection="tales@1", topic="hazards", partition=str(lane)
        )

    await eventually(lambda: told(0) == 2 and told(1) == 0, deadline=PATIENCE_SECONDS)
    async with AIOKafkaConsumer(bootstrap_servers=stage.settings.kafka) as consumer:
        consumer.assign([TopicPartition(stage.settings.topic("hazards"), 1)])
        seats.consumer_of = lambda: consumer
        await eventually(lambda: told(0) is None and told(1) == 0, deadline=PATIENCE_SECONDS)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def test_a_hole_and_what_waits_behind_it_are_counted_until_it_is_closed(stage: Stage) -> None:
    await a_hole(stage)
    async with stage.running():
        await eventually(
            lambda: (standing("holes"), standing("held_events"), standing("parked_cases")) == (1, 1, 0),
            deadline=PATIENCE_SECONDS,
        )
        await decide(stage, letter(stage, 1), DeadLetterDiscarded(**about(stage, 1)))
        await eventually(
            lambda: (standing("holes"), standing("held_events")) == (0, 0), deadline=PATIENCE_SECONDS
        )


async def test_a_parked_case_is_counted_until_it_is_released(stage: Stage) -> None:
    def stands() -> tuple[float | None, float | None]:
        return standing("parked_cases"), standing("held_events")

    await stage.send(records(BAD, 1, 2, 3, enterprise=KEY))
    async with stage.playing(fold=fold_that_fails).running():
        await eventually(lambda: stands() == (1, 2), deadline=PATIENCE_SECONDS)
    of = {name: about(stage, 0)[name] for name in ("projection", "topic", "partition", "enterprise")}
    async with stage.running():
        # Before it has its lanes a process counts none, and shows zeros.
        await eventually(lambda: stands() == (1, 2))
        await decide(stage, "rl_" + "0" * 32, CaseReleased(**of, subject=BAD, sequence=2))
        await eventually(lambda: stands() == (0, 0))


async def test_counting_looks_at_no_case_and_keeps_nothing_of_those_that_go_on(stage: Stage) -> None:
    for n in range(40):
        await stage.send(records(f"hz_1{n}", 1, enterprise=enterprise(1, 3)))
    await stage.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    async with stage.running(read=older):
        await eventually(lambda: stage.reaches("hazards", 1, 40), deadline=PATIENCE_SECONDS)
        await eventually(lambda: standing("holes") == 1, deadline=PATIENCE_SECONDS)
    cases = stage.generation.collection(CASES)

    told = await stage.database.command(
        "explain",
        {"aggregate": cases.name, "pipeline": stuck.pipeline([0, 1, 2]), "cursor": {}},
        verbosity="executionStats",
    )

    assert "'stage': 'IXSCAN'" in str(told)
    assert "COLLSCAN" not in str(told)
    assert "FETCH" not in str(told)
    validated = await stage.database.command("validate", cases.name)
    assert (validated["keysPerIndex"]["stuck"], validated["nrecords"]) == (1, 41)
