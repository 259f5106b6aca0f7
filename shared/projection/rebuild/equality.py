"""Whether two generations say the same at one place of the log, while the one that is read goes on."""

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic

from shared.mongo import Client, Session
from shared.projection.generation import Generation, Vector
from shared.projection.positions import reached
from shared.projection.rebuild import intent
from shared.projection.rebuild.comparing import Comparison, Pair, compare
from shared.projection.rebuild.history import as_of_now
from shared.projection.rebuild.way import Step, Way
from shared.projection.spec import E, Projection, S
from shared.projection.storage import collections

# What takes no longer than this lies well within the history that MongoDB keeps (300 s by itself).
_SHORT_SECONDS = 20.0
_TRIES = 3


class _Moved(Exception):  # noqa: N818 - another command let it go on
    """The generation that is built went on while it was compared."""


@dataclass(frozen=True, slots=True)
class Equality(Generic[S, E]):
    """Compares the generation that is built with the one that is read.

    Attributes:
        client: connected with the projections' time limit.
        projection: what both are of.
        way: the log that they follow.
        old: the one that is read, and goes on.
        new: the one that is built.
        same_log: whether both were built from one log.
    """

    client: Client
    projection: Projection[S, E]
    way: Way
    old: Generation
    new: Generation
    same_log: bool

    async def tested(self) -> Comparison:
        """Compare until one comparison finds nothing, or two in turn have found something.

        What operators decide is applied within a second, without a move of the position: one comparison may
        meet one generation before it, and the other behind it.

        Raises:
            TooSlow: MongoDB's history is too short for the comparison.
            Stopped: the log lacks what the new generation needs.
            Overtaken: somebody else has ended the rebuild, or lets the new one go beyond the old one.
        """
        found = await self._compared()
        return await self._compared() if found.fields else found

    async def _compared(self) -> Comparison:
        await self._near()
        for _ in range(_TRIES):
            with suppress(_Moved):
                return await as_of_now(
                    self.client, self._at_one_place if self.same_log else self._of_two_logs
                )
        raise intent.Overtaken("another command lets it go on again and again")

    async def _near(self) -> None:
        """Bring the new generation so near that the rest of its way takes seconds; this may take hours."""
        while True:
            began = time.monotonic()
            await self._build(await reached(self.old) if self.same_log else await self.way.ends())
            if time.monotonic() - began < _SHORT_SECONDS:
                return

    async def _at_one_place(self, session: Session) -> Comparison:
        """Compare the old one as it is now with the new one as it is once it has come as far, and waits."""
        place = await reached(self.old, session)
        await self._build(place)
        # Before it as well: what another command has let go on costs a whole comparison, and ends in nothing.
        await self._stands_at(place)
        found = await self._fields(Pair(self.old, self.new, session))
        await self._stands_at(place)
        return found

    async def _stands_at(self, place: Vector) -> None:
        if await reached(self.new) != place:
            raise _Moved

    async def _of_two_logs(self, session: Session) -> Comparison:
        """Compare what two logs have come to, both as they are now: they have no place in common."""
        return await self._fields(Pair(self.old, self.new, session, session, same_log=False))

    async def _build(self, until: Vector) -> None:
        if self.same_log:
            of = self.new
            await intent.allow(of.database, of.projection, of.number, until)
        await self.way.come(self.new, until, Step.BUILD)

    async def _fields(self, pair: Pair) -> Comparison:
        names = collections(self.projection)
        whole = sum([await self.old.collection(name).estimated_document_count() for name in names])
        return await compare(
            pair,
            self.projection,
            told=lambda done: self.way.told(Step.COMPARE, min(done, whole), whole),
        )
