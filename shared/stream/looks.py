"""Looks at cases: the one that commands are decided by, and a second one before any is turned away."""

import asyncio
from typing import Generic, TypeVar

from pymongo.read_concern import ReadConcern

from shared.events.rules import Refused
from shared.lookup import Lookup
from shared.mongo import Collection, Document, answering
from shared.stream.cases import Cases
from shared.stream.command import Command
from shared.stream.stored import Outcome, Stored, Write

S = TypeVar("S")

# A member that has become the primary needs some milliseconds to hear from the others.
_SOON_SECONDS = 0.02


class Looks(Generic[S]):
    """Looks at the cases of one kind.

    A first look shows what a majority of the store's members is known to hold. A member that has just become
    the primary may know less of that than the one before it had acknowledged, though it holds all of it. A
    change decided by such a look fails by the case's version when it is written, and is decided again; before
    a command is turned away, a second look is taken, at all that the primary itself holds. That may still be
    taken back: nothing is called done by it.
    """

    def __init__(self, collection: Collection, cases: Cases[S]) -> None:
        self._cases = cases
        self._known = Lookup(collection)
        self._held = Lookup(collection.with_options(read_concern=ReadConcern("local")))

    async def load(self, case: str) -> Stored[S] | None:
        """Return the case, as a majority of the store's members holds it.

        Raises:
            Unavailable: the store did not answer in time.
        """
        with answering():
            return self._read(await self._known.get(case))

    async def judged(
        self, case: str, command: Command, write: Write[S]
    ) -> tuple[Stored[S] | None, Outcome[S] | Stored[S] | None]:
        """Return a case and what a command on it comes to, as ``Cases.judge`` says it.

        Raises:
            Refused: by both looks.
            Unavailable: the store did not answer in time.
        """
        while True:
            stored, refused = await self.load(case), False
            try:
                verdict = self._cases.judge(case, stored, command, write)
            except Refused:
                refused = True
            else:
                if verdict is not None or command.may_repeat:
                    return stored, verdict
            with answering():
                held = self._read(await self._held.get(case))
            verdict = self._cases.judge(case, held, command, write)
            if isinstance(verdict, Stored) or (verdict is None and (command.may_repeat or not refused)):
                return held, verdict
            # It is done, or needs no doing, once a majority holds what the primary does.
            await asyncio.sleep(_SOON_SECONDS)

    def _read(self, document: Document | None) -> Stored[S] | None:
        return None if document is None else self._cases.read(document)
