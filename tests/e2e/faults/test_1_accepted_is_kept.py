"""Accepted means kept and published, whatever process dies: killed or told to stop, in every role."""

import asyncio
import itertools

import pytest

from deploy.stack import Part
from tests.e2e.faults import faults
from tests.e2e.faults.world import World

# Each of two hands; every process dies at least once.
KILLS = 7


@pytest.mark.promise(1, 2, 3)
async def test_accepted_means_kept_and_published_whatever_process_is_killed(run: World) -> None:
    parts = list(run.stack.children)
    run.chance.shuffle(parts)
    async with run.under_load():
        # Side by side, each among victims of its own: of two processes at a time one may be gone.
        await asyncio.gather(killing(run, parts[::2]), killing(run, parts[1::2]))

    assert run.diary.faults["kill -9"] >= 2 * KILLS
    await run.verify()


async def killing(run: World, parts: list[Part]) -> None:
    for _, victim in zip(range(KILLS), itertools.cycle(parts), strict=False):
        await asyncio.sleep(run.chance.uniform(0, 1))
        await faults.kill(run, victim)


@pytest.mark.promise(1, 2)
async def test_accepted_means_kept_whatever_process_is_told_to_stop_and_it_is_gone_within_15_s(
    run: World,
) -> None:
    async with run.under_load():
        # One after the other: starting anew beside it, others would take the time that it has to be gone.
        for part in list(run.stack.children):
            await faults.stop(run, part)

    await run.verify()
