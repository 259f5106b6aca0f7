"""The events of one case arrive in order, however many instances of a role come and go meanwhile."""

import asyncio

import pytest

from deploy.stack import Part
from tests.e2e.faults import faults
from tests.e2e.faults.world import World

SCALED = (
    Part("hazards", "api"),
    Part("hazards", "relay"),
    Part("hazards", "projection"),
    Part("reporting", "api"),
    Part("reporting", "projection"),
)


@pytest.mark.promise(1, 2, 3)
async def test_events_arrive_in_order_and_once_while_instances_of_each_role_join_and_leave(
    run: World,
) -> None:
    async with run.under_load():
        for number in (2, 3):
            await asyncio.gather(*(faults.join(run, _another(part, number)) for part in SCALED))
            await run.goes_on()
        for number, by_crash in ((3, True), (2, False)):
            leaving = (faults.leave(run, _another(part, number), by_crash=by_crash) for part in SCALED)
            await asyncio.gather(*leaving)
            await run.goes_on()

    await run.verify()


def _another(part: Part, number: int) -> Part:
    return Part(part.service, part.role, number)
