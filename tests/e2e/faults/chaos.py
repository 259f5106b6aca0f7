"""Random faults of every kind for a while, some side by side, never two at one process or at two servers."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable

from deploy.local.processes import Child
from deploy.stack import Part
from tests.e2e.faults import faults
from tests.e2e.faults.world import World

# So many faults may happen at a time.
_HANDS = 3
# Between two faults of one hand, on average: about as long as a process needs to come back.
_PAUSE_SECONDS = 4.0
_FROZEN_SECONDS = (2.0, 18.0)
_DOWN_SECONDS = (0.2, 6.0)
_EXTRA_SECONDS = (3.0, 20.0)
_MOST_EXTRA = 3
_TOGETHER = 3


class Chaos:
    """Does whatever its world's chance says."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance
        self._hands_on: defaultdict[Part, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._one_server = asyncio.Lock()
        self._kinds: dict[Callable[[], Awaitable[None]], int] = {
            self._kill: 40,
            self._kill_several: 10,
            self._stop: 12,
            self._freeze: 14,
            self._scale: 12,
            self._server: 12,
        }

    async def reign(self, seconds: float) -> None:
        """Do faults for so long; all of them are undone at the end."""
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as hands:
            for _ in range(_HANDS):
                hands.create_task(self._hand(until))

    async def _hand(self, until: float) -> None:
        while time.monotonic() < until:
            await asyncio.sleep(self._chance.uniform(0, 2 * _PAUSE_SECONDS))
            await self._chance.choices(list(self._kinds), list(self._kinds.values()))[0]()

    async def _kill(self) -> None:
        async with self._somebody() as part:
            await faults.kill(self._world, part)

    async def _kill_several(self) -> None:
        await asyncio.gather(*(self._kill() for _ in range(_TOGETHER)))

    async def _stop(self) -> None:
        async with self._somebody() as part:
            await faults.stop(self._world, part)

    async def _freeze(self) -> None:
        async with self._somebody() as part:
            await faults.freeze(self._world, part, self._chance.uniform(*_FROZEN_SECONDS))

    async def _scale(self) -> None:
        first = self._chance.choice([part for part in self._world.stack.children if part.number == 1])
        number = self._chance.randint(2, _MOST_EXTRA)
        extra = Part(first.service, first.role, number)
        if extra in self._world.stack.children or self._hands_on[extra].locked():
            return
        async with self._hands_on[extra]:
            await faults.join(self._world, extra)
        # It may be killed or frozen meanwhile, like any other.
        await asyncio.sleep(self._chance.uniform(*_EXTRA_SECONDS))
        async with self._hands_on[extra]:
            await faults.leave(self._world, extra, by_crash=self._chance.random() < 0.5)

    async def _server(self) -> None:
        async with self._one_server:
            await faults.outage(self._world, await self._victim(), self._chance.uniform(*_DOWN_SECONDS))
            # Whoever is back has to be let in again, before the next may go.
            await self._world.servers.whole()

    async def _victim(self) -> Child:
        servers = self._world.servers
        if self._chance.random() < 0.5:
            partition = self._chance.randrange(self._world.settings.partitions)
            topic = self._chance.choice(("enterprises", "hazards", "savings", "suggestions"))
            return await servers.leader(topic, partition)
        return await servers.primary()

    @contextlib.asynccontextmanager
    async def _somebody(self) -> AsyncIterator[Part]:
        free = [part for part in self._world.stack.children if not self._hands_on[part].locked()]
        part = self._chance.choice(free)
        async with self._hands_on[part]:
            yield part
