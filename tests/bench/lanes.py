"""How fast the projection is with one, two and four processes over the same lanes."""

import contextlib
import sys
from collections.abc import AsyncIterator, Sequence

from deploy.environment import beside
from deploy.local.processes import Child
from services.reporting.app import NAME
from shared.settings import ROLE_PORTS, Settings
from tests.bench.following import Following, begun
from tests.bench.frame import Figures, Round, Trial
from tests.bench.ground import Ground, process
from tests.bench.progress import rate

PROCESSES = (1, 2, 4)
# At 5,000 a second 16 s of work for each number of processes; the sharing out of the lanes is among it.
_ROUND, _QUICK_ROUND = 80_000, 20_000


def figure(count: int) -> str:
    """Return the name of the figure for so many processes."""
    return f"{count} {'process' if count == 1 else 'processes'}"


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    """Each round adds events for each number of processes in turn."""
    async with begun(ground, seed=4) as stream:
        await _rate(stream, 1)

        async def measure() -> Figures:
            figures: Figures = {}
            for count in PROCESSES:
                await stream.publish(_ROUND, quick=_QUICK_ROUND)
                figures[figure(count)] = await _rate(stream, count)
            return figures

        yield measure


TRIAL = Trial("lanes", _rounds)


async def _rate(stream: Following, count: int) -> float:
    """Return the rate from the first step of any to the last of all; where lanes are shared out meanwhile."""
    async with contextlib.AsyncExitStack() as running:
        children: list[Child] = []
        for number, named in enumerate(_instances(stream.settings, count), start=1):
            name = f"{NAME}-projection-{number}"
            command = (sys.executable, "-m", f"services.{NAME}", "projection")
            children.append(await running.enter_async_context(process(named, name, *command)))
        return await rate(stream.position, stream.sent, children[0])


def _instances(settings: Settings, count: int) -> Sequence[Settings]:
    """Each on a port of its own."""
    found = [settings]
    taken = {settings.port(NAME) + offset for offset in ROLE_PORTS.values()}
    while len(found) < count:
        found.append(beside(settings, NAME, avoid=taken))
        taken |= {found[-1].port(NAME) + offset for offset in ROLE_PORTS.values()}
    return found
