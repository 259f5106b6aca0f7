"""The phases of a run: imported alone; published and projected alone; all of it at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import AsyncMongoClient

from deploy.local.addresses import Addresses
from deploy.local.errors import Unavailable
from deploy.local.processes import Child
from deploy.nation import Register
from deploy.registry import watch
from deploy.registry.account import Account, Phase
from deploy.registry.copies import everywhere, followers
from deploy.registry.upload import uploading
from deploy.stack import Part, Stack
from shared.settings import Settings

ALONE, CAUGHT_UP, WHOLE = "imported alone", "published and projected", "imported, published and projected"
_API = Part("enterprises", "api")
# Of the whole: enough for a slope of its own, and then a backlog to be caught up with.
_SHARE = 5
_LOOK_SECONDS = 1.0
_STANDSTILL_SECONDS = 300

Client = AsyncMongoClient[dict[str, Any]]
Count = Callable[[], Coroutine[Any, Any, int]]
#: Shown after each look: the phase, how far it is, and of how many.
Shown = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Run:
    """A run on servers that are up; every phase that is done already is passed over."""

    account: Account
    settings: Settings
    addresses: Addresses
    shown: Shown

    async def whole(self) -> None:
        """Go through all phases.

        Raises:
            Unavailable: a process ended, or nothing moved for minutes.
        """
        alone = max(self.account.enterprises // _SHARE, 1)
        async with Client(self.settings.mongo) as client:

            async def imported() -> int:
                return self.account.imported

            async def projected() -> int:
                return await everywhere(self.settings, client)

            following = (
                Part("enterprises", "relay"),
                *(Part(one.service, "projection") for one in followers()),
            )
            await self._phase(ALONE, (_API,), (0, alone), imported)
            await self._phase(CAUGHT_UP, following, (0, alone), projected)
            await self._phase(WHOLE, (_API, *following), (alone, self.account.enterprises), projected)

    async def _phase(self, name: str, parts: Sequence[Part], span: tuple[int, int], count: Count) -> None:
        phase, (first, last) = self.account.phase(name), span
        if phase.done or first == last:
            return
        async with Stack(self.settings, self.addresses, of=parts) as stack:
            own = [*self.addresses.processes, *stack.children.values()]
            async with self._importing(stack.settings, last if _API in parts else 0):
                async for seconds in _looks(own, phase, last - first):
                    now = max(min(await count(), last) - first, phase.count)
                    phase.reached(now, last - first, after=seconds)
                    self.shown(name, phase.count, last - first)
                    self.account.write()
                    if phase.count == last - first:
                        break
        phase.done = True
        self.account.write()

    @asynccontextmanager
    async def _importing(self, settings: Settings, upto: int) -> AsyncIterator[None]:
        """Import up to this number while the block runs."""
        register = Register(self.account.seed, enterprises=self.account.enterprises)

        def told(before: int) -> None:
            self.account.imported = before

        if self.account.imported >= upto:
            yield
            return
        async with uploading(settings, register, self.account.imported, upto, told):
            yield


async def _looks(processes: Sequence[Child], phase: Phase, of: int) -> AsyncIterator[float]:
    """Yield the seconds since the last look, and keep what the processes take.

    Raises:
        Unavailable: one has ended, or the phase stands still.
    """
    began = {child.name: watch.busy(child.pid) for child in processes}
    before = dict(phase.busy)
    at = moved = time.monotonic()
    counted = phase.count
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if ended := [child for child in processes if not child.running]:
            raise Unavailable(f"{ended[0].name} ended; its last words are in {ended[0].log}.")
        phase.holds({child.name: watch.resident(child.pid) for child in processes}, of)
        phase.busy = before | {
            c.name: before.get(c.name, 0.0) + watch.busy(c.pid) - began[c.name] for c in processes
        }
        now = time.monotonic()
        yield now - at
        at = now
        if phase.count > counted:
            moved, counted = now, phase.count
        if now - moved > _STANDSTILL_SECONDS:
            raise Unavailable(f"Nothing has moved for {_STANDSTILL_SECONDS} s: the processes' logs say why.")
