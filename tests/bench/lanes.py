"""How fast the projection is with one, two and four processes over the same lanes."""

import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from typing import Any

from pymongo import AsyncMongoClient

from deploy.environment import beside
from deploy.local.processes import Child
from deploy.nation import Nation
from services.reporting.app import NAME
from services.reporting.bus import FIGURES
from shared.projection import Generation
from shared.projection.positions import POSITIONS
from shared.settings import ROLE_PORTS, Settings
from tests.bench.frame import Figures, Round, Trial
from tests.bench.ground import Ground, process, publish
from tests.bench.progress import Count, rate, summed
from tests.bench.projection import APART, fill_months

PROCESSES = (1, 2, 4)
_WARM, _ROUND = 120_000, 80_000
_QUICK_WARM, _QUICK_ROUND = 12_000, 20_000


def figure(count: int) -> str:
    """Return the name of the figure for so many processes."""
    return f"{count} {'process' if count == 1 else 'processes'}"


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    """Each round adds events for each number of processes in turn."""
    async with ground.corner() as settings, AsyncMongoClient[dict[str, Any]](settings.mongo) as client:
        await fill_months(settings, ground)
        events = Nation(4).stream(apart=APART)
        sent = await publish(settings, islice(events, _QUICK_WARM if ground.quick else _WARM))
        database = settings.database(NAME)
        positions = Generation(client[database], FIGURES.name, 1).collection_name(POSITIONS)
        position = summed(client, database, positions, "next")
        await _rate(settings, position, sent, 1)

        async def measure() -> Figures:
            nonlocal sent
            figures: Figures = {}
            for count in PROCESSES:
                sent += await publish(settings, islice(events, _QUICK_ROUND if ground.quick else _ROUND))
                figures[figure(count)] = await _rate(settings, position, sent, count)
            return figures

        yield measure


TRIAL = Trial("lanes", _rounds)


async def _rate(settings: Settings, position: Count, upto: int, count: int) -> float:
    """Return the rate from the first step of any to the last of all; where lanes are shared out meanwhile."""
    async with contextlib.AsyncExitStack() as running:
        children: list[Child] = []
        for number, named in enumerate(_instances(settings, count), start=1):
            name = f"{NAME}-projection-{number}"
            command = (sys.executable, "-m", f"services.{NAME}", "projection")
            children.append(await running.enter_async_context(process(named, name, *command)))
        return await rate(position, upto, children[0])


def _instances(settings: Settings, count: int) -> Sequence[Settings]:
    """Each on a port of its own."""
    found = [settings]
    taken = {settings.port(NAME) + offset for offset in ROLE_PORTS.values()}
    while len(found) < count:
        found.append(beside(settings, NAME, avoid=taken))
        taken |= {found[-1].port(NAME) + offset for offset in ROLE_PORTS.values()}
    return found
