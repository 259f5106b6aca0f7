"""Looks at cases: the one that commands are decided by, and a second one before any is turned away."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from pymongo.read_concern import ReadConcern

from shared.events.rules import Refused
from shared.lookup import Lookup
from shared.mongo import Collection, Document, answering
from shared.stream.cases import Cases
from shared.stream.command import Command
from shared.stream.stored import Outcome, Stored, Write

S = TypeVar("S")


class Looks(Generic[S]):
    """Looks at the cases of one kind.

    A first look shows what a majority of the store's members is known to hold. A member that has just become
    the primary may know less of that than the one before it had acknowledged, though it holds all of it. A
    change decided by such a look fails by the case's version when it is written, and is decided again; what
    would be answered without a write is decided by a second look, at all that the primary itself holds.
    """

    def __init__(self, collection: Collection, cases: Cases[S]) -> None:
        self._cases = cases
        self._first: Collection = collection
        self._second: Collection = collection.with_options(read_concern=ReadConcern("local"))
        self._known, self._held = Lookup(self._first), Lookup(self._second)

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
        stored = await self.load(case)
        with suppress(Refused):
            verdict = self._cases.judge(case, stored, command, write)
            if verdict is not None or command.may_repeat:
                return stored, verdict
        with answering():
            stored = self._read(await self._held.get(case))
        return stored, self._cases.judge(case, stored, command, write)

    async def together(self, cases: Sequence[str], *, second: bool = False) -> dict[str, Stored[S]]:
        """Return those of the cases that are there, by id, by a first look or a second.

        Raises:
            Unavailable: the store did not answer in time.
        """
        collection = self._second if second else self._first
        with answering():
            documents = await collection.find({"_id": {"$in": cases}}).to_list(None)
        return {document["_id"]: self._cases.read(document) for document in documents}

    def _read(self, document: Document | None) -> Stored[S] | None:
        return None if document is None else self._cases.read(document)
