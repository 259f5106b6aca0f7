"""The stream document: load a case, decide, and store its new state with the event, in one write."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from itertools import compress
from typing import Any, Generic, TypeVar

from pymongo.errors import PyMongoError

from shared import metrics
from shared.clock import CLOCK, Clock
from shared.errors import Unavailable
from shared.events.rules import Refused
from shared.lookup import Lookup
from shared.mongo import Collection, Database, Document, ensure_collection
from shared.stream.cases import Cases, Evolve
from shared.stream.command import Command
from shared.stream.commit import GroupCommit, Operation
from shared.stream.documents import UNPUBLISHED_INDEX, VALIDATOR
from shared.stream.refusals import PreconditionFailed, UnknownCase
from shared.stream.store_clock import compare, heed, keep_to
from shared.stream.stored import Outcome, Stored, Verdict, Wish, Write

S = TypeVar("S")

# A client hears within 5 s that the store is away; what is left is for the way there and back.
_DEADLINE_SECONDS = 4.0
_IN_TIME = timedelta(seconds=1)


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
        self._clock = clock
        self._horizon: datetime | None = None
        self._service = service
        self._database = database
        self._collection: Collection = database[kind]
        self._cases = Cases(state, evolve)
        self._commit = GroupCommit(self._collection)
        self._lookup = Lookup(self._collection)

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
        comparing = asyncio.create_task(keep_to(self._database, self._service, self._clock))
        try:
            async with self._commit.running():
                yield
        finally:
            comparing.cancel()
            with suppress(asyncio.CancelledError):
                await comparing

    async def load(self, case: str) -> Stored[S] | None:
        """Return the case, as a majority of the store's members holds it.

        Raises:
            Unavailable: the store did not answer in time.
        """
        try:
            document = await self._lookup.get(case)
        except PyMongoError as error:
            raise Unavailable("the store is away") from error
        return None if document is None else self._cases.read(document)

    async def page(
        self, matching: Document, *, after: str | None, limit: int, among: Sequence[str] | None = None
    ) -> list[Stored[S]]:
        """Return up to ``limit`` cases whose state matches, by id, beginning behind ``after``.

        ``among`` bounds them to these ids.
        """
        where: Document = {f"state.{name}": value for name, value in matching.items()}
        bounds = {"$in": among, "$gt": after}
        if of := {operator: bound for operator, bound in bounds.items() if bound is not None}:
            where["_id"] = of
        try:
            documents = await self._collection.find(where).sort("_id", 1).limit(limit).to_list(None)
        except PyMongoError as error:
            raise Unavailable("the store is away") from error
        return [self._cases.read(document) for document in documents]

    async def execute(self, case: str, command: Command, write: Write[S]) -> Outcome[S]:
        """Apply a command to a case: load, decide, store; a lost race is decided again.

        Raises:
            Refused: by a rule of the domain or of the stream; nothing was stored.
            Unavailable: the store is away or too busy; the outcome is unknown, and the same command tells it.
        """
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                outcome = await self._execute(case, command, write)
        except TimeoutError:
            self._count(command, "unknown")
            raise Unavailable("the store did not confirm the write in time") from None
        except Unavailable:
            self._count(command, "unknown")
            raise
        except Refused as refusal:
            self._count(command, _outcome(refusal))
            raise
        self._count(command, _outcome(outcome))
        return outcome

    async def enter(self, wishes: Sequence[Wish[S]]) -> list[Verdict[S]]:
        """Apply commands to as many cases, most of them new: looked up together, and inserted together.

        Each gets what ``execute`` would return or raise for it; no case is named twice.

        Raises:
            Unavailable: the store did not answer; the same commands tell what was done.
        """
        wishes = [wish._replace(command=await self._heeding(wish.command)) for wish in wishes]
        known = await self._known([wish.case for wish in wishes])
        verdicts: dict[int, Verdict[S]] = {}
        begun: dict[int, Stored[S]] = {}
        for n, wish in enumerate(wishes):
            match self._at_once(wish, known.get(wish.case)):
                case Stored() as after:
                    begun[n] = after
                case Outcome() | Refused() as settled:
                    verdicts[n] = settled
                    self._count(wish.command, _outcome(settled))
        writes = [self._cases.insertion(after, wishes[n].command) for n, after in begun.items()]
        written = await self._commit.together(writes)
        for n in compress(begun, written):
            verdicts[n] = accepted = Outcome(begun[n], changed=True)
            self._count(wishes[n].command, _outcome(accepted))
        # A change of what is there, a lost race, an unknown outcome: the way of every command.
        rest = [n for n in range(len(wishes)) if n not in verdicts]
        others = [self.execute(*wishes[n]) for n in rest]
        verdicts |= zip(rest, await asyncio.gather(*others, return_exceptions=True), strict=True)
        return [verdicts[n] for n in range(len(wishes))]

    async def _known(self, cases: Sequence[str]) -> dict[str, Stored[S]]:
        try:
            documents = await self._collection.find({"_id": {"$in": cases}}).to_list(None)
        except PyMongoError as error:
            raise Unavailable("the store is away") from error
        return {document["_id"]: self._cases.read(document) for document in documents}

    def _at_once(self, wish: Wish[S], stored: Stored[S] | None) -> Outcome[S] | Refused | Stored[S] | None:
        """Return what needs no write, or the case to insert; None where only ``execute`` can tell."""
        try:
            settled = self._cases.settled(stored, wish.command, wish.write)
            after = None if settled else self._cases.decide(wish.case, stored, wish.command, wish.write)
        except Refused as refusal:
            return refusal
        if settled or after is None:
            return settled or Outcome(_there(stored), changed=False)
        return None if stored else after

    async def _execute(self, case: str, command: Command, write: Write[S]) -> Outcome[S]:
        command = await self._heeding(command)
        if write.fresh and command.expected is None:
            outcome = await self._first(case, command, write)
            if outcome is not None:
                return outcome
        while True:
            stored = await self.load(case)
            settled = self._cases.settled(stored, command, write)
            if settled is not None:
                return settled
            after = self._cases.decide(case, stored, command, write)
            if after is None:
                return Outcome(_there(stored), changed=False)
            written = await self._written(after, command, self._cases.update(after, command))
            if written is not None:
                return Outcome(written, changed=True)
            command = await self._again(command)

    async def _heeding(self, command: Command) -> Command:
        """Return the command, recorded after all that was called complete; looked up once for a process.

        Its own time was told before, perhaps by a clock that was behind: so was that of the others of its
        batch, and of one that arrived while another had it looked up.
        """
        if self._horizon is None:
            try:
                self._horizon = await heed(self._database, self._clock)
            except PyMongoError as error:
                raise Unavailable("the store is away") from error
        return command.again(self._clock.now()) if command.received_at < self._horizon else command

    async def _again(self, command: Command) -> Command:
        """Return the command as of now: its write was refused, perhaps since it came too late."""
        late = self._clock.now() - command.received_at
        if late < _IN_TIME:
            # Whoever is refused in spite of that has lost a race, or has a clock behind the store's.
            with suppress(PyMongoError):
                await compare(self._database, self._service, self._clock)
        return command.again(self._clock.now())

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

    async def _written(self, after: Stored[S], command: Command, operation: Operation) -> Stored[S] | None:
        """Write a case and return it; None when somebody else changed it first, or it came too late."""
        try:
            return after if await self._commit.write(operation) else None
        except Unavailable:
            found = await self.load(after.id)
            if found is None or not found.holds(command):
                raise
            return found

    def _count(self, command: Command, outcome: str) -> None:
        metrics.commands.labels(self._service, command.name, outcome).inc()


def _there(stored: Stored[S] | None) -> Stored[S]:
    if stored is None:
        raise UnknownCase("there is no such case")
    return stored


def _outcome(verdict: Outcome[Any] | Refused) -> str:
    match verdict:
        case Outcome(changed=changed):
            return "accepted" if changed else "repeated"
        case PreconditionFailed():
            return "conflict"
        case Refused():
            return "refused"
