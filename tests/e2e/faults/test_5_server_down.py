"""A server that is down delays, it loses nothing: one broker and one member, killed and started again."""

import asyncio

import pytest

from tests.e2e.faults import faults
from tests.e2e.faults.world import World

DOWN_SECONDS = 3.0


@pytest.mark.promise(1, 5)
async def test_a_broker_that_is_killed_delays_and_loses_nothing(run: World) -> None:
    async with run.under_load():
        await run.goes_on()
        await faults.outage(run, run.servers.brokers[0], DOWN_SECONDS)
        await run.goes_on()

    await run.verify()


@pytest.mark.promise(1, 5)
async def test_a_mongod_that_is_killed_delays_and_loses_nothing(run: World) -> None:
    async with run.under_load():
        await run.goes_on()
        await faults.outage(run, run.servers.members[0], DOWN_SECONDS)
        await run.goes_on()

    await run.verify()


@pytest.mark.promise(1, 5)
async def test_services_that_are_started_while_kafka_is_away_take_commands_and_publish_them_later(
    run: World,
) -> None:
    intake = [part for part in run.stack.children if part.role in {"api", "relay"}]
    async with run.under_load(), faults.away(run, run.servers.brokers[0]):
        await asyncio.gather(*(faults.kill(run, part) for part in intake))
        await run.goes_on()

    await run.verify()
