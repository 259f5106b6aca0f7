"""The stream document: load a case, decide, and store its new state with the event, in one write."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Generic, TypeVar

from shared.clock import CLOCK, Clock
from shared.errors import Unavailable
from shared.events.rules import Refused
from shared.mongo import Collection, Database, Document, answering, ensure_collection
from shared.stream.cases import Cases, Evolve
from shared.stream.command import Command
from shared.stream.commit import GroupCommit, Operation
from shared.stream.documents import UNPUBLISHED_INDEX, VALIDATOR
from shared.stream.in_time import InTime
from shared.stream.looks import Looks
from shared.stream.outcomes import count
from shared.stream.stored import Outcome, Stored, Verdict, Wish, Write, there
from shared.stream.together import Together

S = TypeVar("S")

# A client hears within 5 s that the store is away; what is left is for the way there and back.
_DEADLINE_SECONDS = 4.0


class Stream(Generic[S]):
    """The cases of one kind.

    Args:
        database: the service's own.
        kind: name of the collection, and of the topic that its events go to.
        service: for the metrics.
        state: shape of a case's state, a dataclass.
        evolve: the state that an event leaves.
        clock: by which a command that has waited is told.
    """

    def __init__(  # noqa: PLR0913 - what a kind of case is, each named at the call
        self,
        database: Database,
        kind: str,
        *,
        service: str,
        state: type[S],
        evolve: Evolve[S],
        clock: Clock = CLOCK,
    ) -> None:
        self.kind = kind
        self._service = service
        self._database = database
        self._collection: Collection = database[kind]
        self._cases = Cases(state, evolve)
        self._commit = GroupCommit(self._collection)
        self._looks = Looks(self._collection, self._cases)
        self._in_time = InTime(database, service, clock)
        self._together = Together(service, self._collection, self._cases, self._commit)

    async def prepare(self, *indexes: list[tuple[str, int]]) -> None:
        """Create the collection with its validator and indexes; safe to repeat."""
        await ensure_collection(self._database, self.kind, validator=VALIDATOR)
        await self._database.command("collMod", self.kind, validator=VALIDATOR)
        await self._collection.create_index(**UNPUBLISHED_INDEX)
        for keys in indexes:
            await self._collection.create_index(keys)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take writes while the block runs."""
        async with self._in_time.running(), self._commit.running():
            yield

    async def load(self, case: str) -> Stored[S] | None:
        """Return the case, as a majority of the store's members holds it.

        Raises:
            Unavailable: the store did not answer in time.
        """
        return await self._looks.load(case)

    async def get(self, case: str) -> Stored[S]:
        """Return the case, as ``load`` does.

        Raises:
            UnknownCase: it is not there.
            Unavailable: the store did not answer in time.
        """
        return there(await self.load(case))

    async def page(
        self, matching: Document, *, after: str | None, limit: int, among: Sequence[str] | None = None
    ) -> list[Stored[S]]:
        """Return up to ``limit`` cases whose state matches, by id, beginning behind ``after``.

        ``among`` bounds them to these ids.

        Raises:
            Unavailable: the store did not answer in time.
        """
        where: Document = {f"state.{name}": value for name, value in matching.items()}
        bounds = {"$in": among, "$gt": after}
        if of := {operator: bound for operator, bound in bounds.items() if bound is not None}:
            where["_id"] = of
        with answering():
            documents = await self._collection.find(where).sort("_id", 1).limit(limit).to_list(None)
        return [self._cases.read(document) for document in documents]

    async def execute(
        self, case: str, command: Command, write: Write[S], *, unconfirmed: bool = False
    ) -> Outcome[S]:
        """Apply a command to a case: load, decide, store; a lost race is decided again.

        ``unconfirmed``: it was written before, for the same request, and nobody knows whether it is there; if
        so, it is no repeat.

        Raises:
            Refused: by a rule of the domain or of the stream; nothing was stored.
            Unavailable: the store is away or too busy; the outcome is unknown, and the same command tells it.
        """
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                outcome = await self._execute(case, command, write)
                if unconfirmed and outcome.case.changed_by(command):
                    outcome = replace(outcome, changed=True)
        except TimeoutError:
            late = Unavailable("the store did not confirm the write in time")
            count(self._service, command, late)
            raise late from None
        except (Refused, Unavailable) as verdict:
            count(self._service, command, verdict)
            raise
        count(self._service, command, outcome)
        return outcome

    async def enter(self, wishes: Sequence[Wish[S]]) -> list[Verdict[S]]:
        """Apply commands to as many cases, most of them new: looked up together, and inserted together.

        Each gets what ``execute`` would return or raise for it; no case is named twice.

        Raises:
            Unavailable: the store did not answer; the same commands tell what was done.
        """
        wishes = [wish._replace(command=await self._in_time.heeding(wish.command)) for wish in wishes]
        settled, unconfirmed = await self._together.enter(wishes)
        verdicts: dict[int, Verdict[S]] = {**settled}
        # A change of what is there, a lost race, an unknown outcome: the way of every command.
        rest = [n for n in range(len(wishes)) if n not in verdicts]
        others = [self.execute(*wishes[n], unconfirmed=n in unconfirmed) for n in rest]
        verdicts |= zip(rest, await asyncio.gather(*others, return_exceptions=True), strict=True)
        return [verdicts[n] for n in range(len(wishes))]

    async def _execute(self, case: str, command: Command, write: Write[S]) -> Outcome[S]:
        command = await self._in_time.heeding(command)
        if write.fresh and command.expected is None:
            outcome = await self._first(case, command, write)
            if outcome is not None:
                return outcome
        while True:
            stored, after = await self._looks.judged(case, command, write)
            if isinstance(after, Outcome):
                return after
            if after is None:
                written = await self._noted(there(stored), command)
            else:
                written = await self._written(after, command, self._cases.update(after, command))
            if written is not None:
                return Outcome(written, changed=after is not None)
            command = await self._in_time.again(command)

    async def _first(self, case: str, command: Command, write: Write[S]) -> Outcome[S] | None:
        """Store a case that is most likely new, without a look; None where the look decides after all."""
        try:
            after = self._cases.decide(case, None, command, write)
        except Refused:
            # A repeat of what was stored before is no longer subject to the rule.
            return None
        if after is None:
            return None
        written = await self._written(after, command, self._cases.insertion(after, command))
        return None if written is None else Outcome(written, changed=True)

    async def _noted(self, stored: Stored[S], command: Command) -> Stored[S] | None:
        """Have the case know of a command that changes nothing; None when somebody else changed it first."""
        if not command.may_repeat:
            return stored
        after = stored.noting(command)
        return await self._written(after, command, self._cases.note(after))

    async def _written(self, after: Stored[S], command: Command, operation: Operation) -> Stored[S] | None:
        """Write a case and return it; None when somebody else changed it first, or it came too late."""
        try:
            return after if await self._commit.write(operation) else None
        except Unavailable:
            found = await self.load(after.id)
            if found is None or not found.holds(command):
                raise
            return found
