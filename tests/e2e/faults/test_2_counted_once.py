"""Delivered twice is counted once, and in order: what a process writes that others took for dead."""

import asyncio

import pytest

from deploy.stack import Part
from tests.e2e.faults import faults
from tests.e2e.faults.world import World

ZOMBIES = (
    Part("hazards", "api"),
    Part("hazards", "relay"),
    Part("suggestions", "relay"),
    Part("hazards", "projection"),
    Part("reporting", "projection"),
)


@pytest.mark.promise(2, 3)
async def test_what_a_zombie_writes_after_others_took_its_work_changes_no_figure_and_no_order(
    run: World,
) -> None:
    others = [Part(part.service, part.role, 2) for part in ZOMBIES]
    async with run.under_load():
        await asyncio.gather(*(faults.join(run, part) for part in others))
        await asyncio.gather(*(faults.freeze(run, part) for part in ZOMBIES))
        # Both are at work again, and the work is divided anew, before one of each goes.
        await run.goes_on()
        await asyncio.gather(*(faults.leave(run, part, by_crash=False) for part in others))

    await run.verify()
