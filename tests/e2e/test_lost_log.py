"""A Kafka that lost everything, under load: the log is made again from the cases, and the figures from it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from rich.console import Console

from deploy import identity, reach
from deploy.local.addresses import Addresses
from deploy.local.errors import Unavailable
from deploy.local.kafka import Cluster, cluster
from deploy.local.processes import listening
from deploy.operations.followed import followed
from deploy.operations.republish import run as republish
from deploy.pilot.plan import Plan, plan
from deploy.pilot.replay import Replay
from deploy.pilot.story import of_long_ago, run
from deploy.stack import Part, Stack
from shared.events.topology import SERVICES
from shared.settings import Settings
from tests.e2e.test_watermarks import as_of, http  # noqa: F401 - a fixture
from tests.nanxun import nanxun
from tests.support import BACK_SECONDS, eventually, not_here

# What a broker is told when it is formatted; without the rest it is one that never had a topic.
FORMAT = {"meta.properties", "bootstrap.checkpoint"}
FRESH = timedelta(seconds=30)
LOAD_SECONDS = 600.0


@pytest.fixture(scope="module")
def small() -> Plan:
    return plan(scale=0.05)


@pytest.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[Cluster]:
    try:
        async with cluster(tmp_path / "own", standard_ports=False) as running:
            yield running
    except Unavailable as missing:
        not_here(missing)


@pytest.fixture
async def stack(settings: Settings, kafka: Cluster) -> AsyncIterator[Stack]:
    on_it = of_long_ago(settings).model_copy(update={"kafka": kafka.bootstrap})
    await reach.topics(on_it)
    identity.prepare(on_it)
    async with Stack(on_it, Addresses(kafka.bootstrap, settings.mongo), standard_ports=False) as running:
        yield running


async def lose_everything(kafka: Cluster, data: Path) -> None:
    (broker,) = kafka.brokers
    await broker.kill()
    for kept in (data / "kafka" / "1" / "data").iterdir():
        if kept.is_dir():
            shutil.rmtree(kept)
        elif kept.name not in FORMAT:
            kept.unlink()


async def start(kafka: Cluster, settings: Settings) -> None:
    (broker,) = kafka.brokers
    await broker.start()
    await broker.until(lambda: listening(int(kafka.bootstrap.rpartition(":")[2])), within=BACK_SECONDS)

    async def created() -> bool:
        try:
            await reach.topics(settings)
            return not await reach.missing(settings)
        except Unavailable:
            return False

    await eventually(created, deadline=BACK_SECONDS)


async def read_anew(stack: Stack) -> None:
    """Have every projection read the log from its beginning, into its next generation, as operators do."""
    for one in followed():
        # What was taken since the loss is in the new log alone: it is what differs.
        asked = ("rebuild", one.name, "--accept-differences")
        status, said = await nanxun(stack.settings, *asked, "--log-was-lost")
        if status and "leave --log-was-lost out" in " ".join(said.split()):
            # Its topics have come again record for record.
            status, said = await nanxun(stack.settings, *asked)
        assert status == 0, said


@pytest.mark.promise(5, 7)
async def test_a_kafka_that_lost_everything_is_made_again_and_every_figure_is_right(
    stack: Stack,
    kafka: Cluster,
    small: Plan,
    tmp_path: Path,
    http: httpx2.AsyncClient,  # noqa: F811 - a fixture
) -> None:
    half = replace(small, requests=small.requests[: len(small.requests) // 2])
    await Replay(stack, half, lambda _: None).run()

    await lose_everything(kafka, tmp_path / "own")
    async with asyncio.timeout(LOAD_SECONDS), asyncio.TaskGroup() as load:
        load.create_task(Replay(stack, small, lambda _: None).run())
        await start(kafka, stack.settings)
        quiet = Console(quiet=True)
        for topic in sorted(topic for bus in SERVICES.values() for topic in bus.publishes):
            await republish(stack.settings, topic, quiet)
    await read_anew(stack)
    result = await run(stack, small)

    assert result.differences == []
    assert result.reading.on_the_way == 0
    assert result.sent.created == 0

    async def is_fresh() -> bool:
        found = await as_of(stack, http)
        return found is not None and datetime.now(UTC) - found < FRESH

    await eventually(is_fresh, deadline=60)
    assert stack.children[Part("reporting", "projection")].running
