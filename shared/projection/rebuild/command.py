"""A rebuild as an operator asks for it: begun, gone on with, switched, taken back, cleared away.

Only intent is written here; the processes of the projection do the work. So it can be interrupted at any
moment, and whoever asks again goes on where it was.
"""

import asyncio
from dataclasses import dataclass
from typing import Generic

from shared.mongo import Client, Database
from shared.projection.generation import Generation, Generations, current, generations
from shared.projection.log import Stopped
from shared.projection.positions import reached
from shared.projection.rebuild import intent
from shared.projection.rebuild.comparing import Comparison
from shared.projection.rebuild.equality import Equality
from shared.projection.rebuild.way import Step, Told, Way
from shared.projection.spec import E, Projection, S
from shared.projection.storage import leftovers, prepare
from shared.projection.subscriber import GRACE_SECONDS
from shared.settings import Settings

# As far as the other, for all that a reader can tell.
_CLOSE_SECONDS = 2.0
# Processes look every second and end the batch that they apply, within their grace; readers look for the
# current generation anew within 2 s and answer within 5, which is sooner.
_LEAVING_SECONDS = GRACE_SECONDS + 3.0

# What lanes apply within seconds; figures that lack more are seen to lack it.
MOST_BEHIND = 10_000


class FarBehind(Exception):  # noqa: N818 - an operator may want it all the same
    """The generation that was read before lacks much of what the current one has counted.

    Attributes:
        records: how many it is behind.
    """

    def __init__(self, records: int) -> None:
        super().__init__(f"{records:,} records")
        self.records = records


def _nobody(_step: Step, _done: int, _whole: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Rebuild(Generic[S, E]):
    """The rebuild of one projection.

    Attributes:
        settings: where Kafka is, of the first edition of the log.
        client: connected with the projections' time limit.
        database: the service's own.
        projection: what is built anew.
        told: hears how far it is.
    """

    settings: Settings
    client: Client
    database: Database
    projection: Projection[S, E]
    told: Told = _nobody

    def way(self, generation: Generation) -> Way:
        """Return the log that a generation follows."""
        return Way(generation.on(self.settings), self.projection.topics, self.told)

    async def known(self) -> Generations:
        """Return the generations as they are."""
        return await generations(self.database, self.projection.name)

    async def current(self) -> Generation:
        """Return the generation that is read."""
        return await current(self.database, self.projection.name)

    async def log_lost(self) -> Stopped | None:
        """Return how the log differs from the one that the current generation was built from, if it does.

        Raises:
            KafkaError: Kafka does not answer.
        """
        read = await self.current()
        try:
            await self.way(read).goes_on(read)
        except Stopped as why:
            return why
        return None

    async def begin(self, *, lost: bool = False) -> Generations:
        """Have the next generation built, unless one is; ``lost``: of a log that was made again.

        Raises:
            Overtaken: the one before the current is still fed.
        """
        known = await self.known()
        if known.building is None:
            known = await intent.begin(self.database, self.projection.name, lost=lost)
        assert known.building is not None, "it was just begun"
        # Its processes do the same, but a comparison may come before the first of them.
        await prepare(self._generation(known, known.building), self.projection)
        return known

    async def run(self, *, accept: bool = False) -> Comparison | None:
        """Have it built, compare and switch; where there are differences, only if they are to be accepted.

        Returns:
            What the comparison has found; None where an earlier call had compared.

        Raises:
            TooSlow: MongoDB's history is too short for the comparison.
            Stopped: the log lacks what the new generation needs.
            Overtaken: somebody else has ended this rebuild.
        """
        known, found = await self.known(), None
        if known.building is None:
            raise intent.Overtaken("nothing is being built")
        old, new = (self._generation(known, number) for number in (known.current, known.building))
        if known.lost or known.live[new.number] is not None:
            way = self.way(new)
            equality = Equality(self.client, self.projection, way, old, new, same_log=not known.lost)
            found = await equality.tested()
            if found.fields and not accept:
                return found
            await intent.lift(self.database, self.projection.name, new.number)
        if not known.lost:
            await self._close(old, new)
        await intent.switch(self.database, self.projection.name, known)
        return found

    async def _close(self, old: Generation, new: Generation) -> None:
        """Wait until the new generation, which follows the log by now, is as far as the old one."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await self.way(new).come(new, await reached(old), Step.FOLLOW)
            if loop.time() - began < _CLOSE_SECONDS:
                return

    async def go_over(self, known: Generations, *, most: int | None = MOST_BEHIND) -> int:
        """Read the other generation that is fed; return how many records it is behind.

        Behind the one that is read by now, where both follow one edition of the log; else behind the end of
        its own.

        Raises:
            FarBehind: those are more than ``most`` (None: as many as they are), and nothing was changed.
            Overtaken: there is none, or the generations are no longer as they were ``known``.
            KafkaError: the other is of another edition, and Kafka does not answer.
        """
        if known.previous is None:
            raise intent.Overtaken("no generation is fed that was read before")
        read, before = (self._generation(known, number) for number in (known.current, known.previous))
        behind = await self._behind(read, before)
        if most is not None and behind > most:
            raise FarBehind(behind)
        await intent.back(self.database, self.projection.name, known)
        return behind

    async def _behind(self, read: Generation, before: Generation) -> int:
        of, own = read.on(self.settings).edition, before.on(self.settings).edition
        # A place in one edition of the log says nothing of another.
        goal = await reached(read) if of == own else await self.way(before).ends()
        there = await reached(before)
        return sum(max(offset - there.get(at, 0), 0) for at, offset in goal.items())

    async def drop(self) -> list[str]:
        """Feed the current generation alone, and drop every other; return the collections that went.

        Raises:
            Overtaken: the generations have changed meanwhile.
        """
        await intent.end(self.database, self.projection.name, await self.known())
        if not await self._leftovers():
            return []
        await asyncio.sleep(_LEAVING_SECONDS)
        gone = await self._leftovers()
        for name in gone:
            await self.database.drop_collection(name)
        return gone

    def _generation(self, known: Generations, number: int) -> Generation:
        return known.generation(self.database, self.projection.name, number)

    async def _leftovers(self) -> list[str]:
        names = await self.database.list_collection_names()
        # In this order: a generation that is begun meanwhile is not among the names.
        return leftovers(names, self.projection.name, set((await self.known()).live))
