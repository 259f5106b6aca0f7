"""The pilot in small, on real servers with every role as a process: what goes in comes out, whoever dies."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from deploy import identity
from deploy.local.addresses import Addresses
from deploy.pilot.case import Request
from deploy.pilot.plan import Plan, plan
from deploy.pilot.story import Result, of_long_ago, run
from deploy.stack import Stack
from shared.settings import Settings

# A twentieth of everything: some 600 requests, with late, repeated, rejected and reopened ones among them.
SCALE = 0.05
#: One of each role, of three services: an intake, a way to Kafka, and the figures.
VICTIMS = (("suggestions", "api"), ("hazards", "relay"), ("reporting", "projection"))


@pytest.fixture(scope="module")
def small() -> Plan:
    return plan(scale=SCALE)


@pytest.fixture
async def stack(settings: Settings, topics: list[str], addresses: Addresses) -> AsyncIterator[Stack]:
    assert topics
    identity.prepare(settings)
    async with Stack(of_long_ago(settings), addresses, standard_ports=False) as running:
        yield running


def is_right(result: Result) -> None:
    assert result.differences == []
    assert result.reading.on_the_way == 0


@pytest.mark.promise(2)
async def test_what_is_planted_is_reported_and_a_second_run_changes_no_figure(
    stack: Stack, small: Plan
) -> None:
    first = await run(stack, small)
    again = await run(stack, small)

    is_right(first)
    is_right(again)
    assert first.sent.created == 5 + sum(r.action is None for r in small.requests if not r.copy)
    assert again.sent.created == 0
    assert again.reading == first.reading


@pytest.mark.promise(1, 2)
async def test_whoever_is_killed_meanwhile_and_started_again_leaves_the_figures_as_they_are(
    stack: Stack, small: Plan
) -> None:
    quarter = len(small.requests) // 4
    taken = 0
    deaths: list[asyncio.Task[None]] = []

    def count(_: Request) -> None:
        nonlocal taken
        taken += 1
        if taken % quarter == 0 and len(deaths) < len(VICTIMS):
            deaths.append(asyncio.create_task(die(stack, *VICTIMS[len(deaths)])))

    result = await run(stack, small, count)
    await asyncio.gather(*deaths)

    assert len(deaths) == len(VICTIMS)
    is_right(result)


async def die(stack: Stack, service: str, role: str) -> None:
    await stack.kill(service, role)
    await stack.restart(service, role)
