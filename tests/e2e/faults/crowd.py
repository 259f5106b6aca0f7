"""Many clients at once, each with one case after the other, until they are told to stop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from random import Random

import httpx2

from deploy.pilot.replay import Bearers
from deploy.stack import Stack
from tests.e2e.faults.client import PATIENCE_SECONDS, Client, Tally
from tests.e2e.faults.firms import AUTHORITY, Firm
from tests.e2e.faults.life import Life, Over
from tests.e2e.faults.lives import SHARES
from tests.e2e.faults.model import Model

# Enough for races, groups and full lanes; their pauses leave two cores room for what is started again.
CLIENTS = 24
THINK_SECONDS = 0.5
# Cases of the first ones meet again and again in their enterprises' counters; new ones come meanwhile.
_FIRMS = 20


class Crowd:
    """The clients of a run, what they share, and where their chance comes from."""

    def __init__(self, stack: Stack, model: Model, chance: Random) -> None:
        self.tally = Tally()
        self._stack = stack
        self._model = model
        self._chance = chance
        self._bearers = Bearers(stack)
        self._firms = [Firm(number) for number in range(1, _FIRMS + 1)]
        self._next = _FIRMS + 1
        self._over = asyncio.Event()

    async def register(self) -> None:
        """Enter the first firms, so that there is somebody to speak for."""
        async with self._phone() as client, asyncio.TaskGroup() as tasks:
            for firm in self._firms:
                tasks.create_task(self._life("enterprises", client, firm, think=0).register(AUTHORITY))

    @contextlib.asynccontextmanager
    async def at_work(self, clients: int = CLIENTS) -> AsyncIterator[None]:
        """Keep clients at work during the block; at its end each command under way comes to its outcome."""
        self._over.clear()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(clients):
                tasks.create_task(self._work())
            try:
                yield
            finally:
                self._over.set()

    async def _work(self) -> None:
        # Its own chance, drawn in order: what one client does moves no other's.
        chance = Random(self._chance.getrandbits(64))  # noqa: S311 - repeatable, not secret
        async with self._phone(chance) as client:
            while not self._over.is_set():
                kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
                with contextlib.suppress(Over):
                    await kind(lambda kind, firm=None: self._life(kind, client, firm))

    @contextlib.asynccontextmanager
    async def _phone(self, chance: Random | None = None) -> AsyncIterator[Client]:
        # Past any proxy of the environment: this never leaves the machine.
        async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
            yield Client(self._stack, http, self._bearers, chance or self._chance, self.tally)

    def _life(
        self, kind: str, client: Client, firm: Firm | None = None, think: float = THINK_SECONDS
    ) -> Life:
        if firm is None:
            firm = self._new_firm() if kind == "enterprises" else client.chance.choice(self._firms)
        return Life(kind, firm, client, self._model, client.chance, self._over, think)

    def _new_firm(self) -> Firm:
        firm, self._next = Firm(self._next), self._next + 1
        return firm
