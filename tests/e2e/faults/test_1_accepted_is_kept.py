"""Accepted means kept and published, whatever process dies: killed or told to stop, in every role."""

import asyncio

import pytest

from tests.e2e.faults import faults
from tests.e2e.faults.world import World

KILLS = 14
AT_ONCE = 3


@pytest.mark.promise(1, 2, 3)
async def test_accepted_means_kept_and_published_whatever_process_is_killed(run: World) -> None:
    victims = (list(run.stack.children) * KILLS)[:KILLS]
    run.chance.shuffle(victims)
    async with run.under_load():
        for victim in victims:
            await asyncio.sleep(run.chance.uniform(0, 0.5))
            await faults.kill(run, victim)

    await run.verify()


@pytest.mark.promise(1, 2)
async def test_accepted_means_kept_whatever_process_is_told_to_stop_and_it_is_gone_within_15_s(
    run: World,
) -> None:
    parts = list(run.stack.children)
    async with run.under_load():
        for first in range(0, len(parts), AT_ONCE):
            await asyncio.gather(*(faults.stop(run, part) for part in parts[first : first + AT_ONCE]))

    await run.verify()
