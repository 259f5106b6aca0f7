"""The stream document: load a case, decide, and store its new state with the event, in one write."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Generic, TypeVar

from bson import encode
from bson.raw_bson import RawBSONDocument
from pydantic import TypeAdapter
from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from shared import metrics
from shared.clock import CLOCK, Clock
from shared.errors import Unavailable
from shared.events.base import Recorded
from shared.events.rules import Private, Refused
from shared.lookup import Lookup
from shared.mongo import Collection, Database, Document, ensure_collection
from shared.stream.command import Command
from shared.stream.commit import GroupCommit
from shared.stream.documents import MOST_EVENTS, UNPUBLISHED_INDEX, VALIDATOR, Entry, slot
from shared.stream.refusals import CaseFull, PreconditionFailed, UnknownCase
from shared.stream.store_clock import compare, heed, keep_to
from shared.stream.stored import Outcome, Stored, Write

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
        evolve: Callable[[S | None, Recorded[Any], Private], S],
        clock: Clock = CLOCK,
    ) -> None:
        self.kind = kind
        self._clock = clock
        self._heeded = False
        self._service = service
        self._database = database
        self._collection: Collection = database[kind]
        self._adapter: TypeAdapter[S] = TypeAdapter(state)
        self._evolve = evolve
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
        return None if document is None else self._stored(document)

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
        return [self._stored(document) for document in documents]

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
        except PreconditionFailed:
            self._count(command, "conflict")
            raise
        except Refused:
            self._count(command, "refused")
            raise
        self._count(command, "accepted" if outcome.changed else "repeated")
        return outcome

    async def _execute(self, case: str, command: Command, write: Write[S]) -> Outcome[S]:
        command = await self._heeding(command)
        if write.fresh and command.expected is None:
            outcome = await self._first(case, command, write)
            if outcome is not None:
                return outcome
        while True:
            stored = await self.load(case)
            settled = self._settled(stored, command, write)
            if settled is not None:
                return settled
            after = self._decide(case, stored, command, write)
            if after is None:
                return Outcome(_known(stored), changed=False)
            if (written := await self._written(after, command)) is not None:
                return Outcome(written, changed=True)
            command = await self._again(command)

    async def _heeding(self, command: Command) -> Command:
        """Return the command, recorded after all that was called complete; looked up once for a process."""
        if self._heeded:
            return command
        try:
            await heed(self._database, self._clock)
        except PyMongoError as error:
            raise Unavailable("the store is away") from error
        self._heeded = True
        at = self._clock.now()
        # Its own time was told before: only a clock that was behind makes it another.
        return command.again(at) if at - command.received_at > _IN_TIME else command

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
            after = self._decide(case, None, command, write)
        except Refused:
            # A repeat of what was stored before is no longer subject to the rule.
            return None
        written = await self._written(after, command) if after else None
        return None if written is None else Outcome(written, changed=True)

    async def _written(self, after: Stored[S], command: Command) -> Stored[S] | None:
        """Write a case and return it; None when somebody else changed it first."""
        try:
            return after if await self._commit.write(self._update(after, command)) else None
        except Unavailable:
            found = await self.load(after.id)
            if found is None or not found.holds(command):
                raise
            return found

    def _settled(self, stored: Stored[S] | None, command: Command, write: Write[S]) -> Outcome[S] | None:
        """Refuse what may not be asked; return the outcome of what is already done."""
        if stored is None:
            if not write.creates:
                raise UnknownCase("there is no such case")
        else:
            write.guard(stored.state)
            if stored.holds(command):
                return Outcome(stored, changed=False)
        version = stored.version if stored else 0
        if command.expected not in {None, version}:
            raise PreconditionFailed(f"the case is at version {version}", version=version)
        return None

    def _decide(
        self, case: str, stored: Stored[S] | None, command: Command, write: Write[S]
    ) -> Stored[S] | None:
        history = stored.history if stored else ()
        moment = command.moment(not_recorded_before=history[-1].recorded_at if history else None)
        state = stored.state if stored else None
        fact = write.rule(state, command.by, moment)
        if fact is None:
            return None
        if len(history) >= MOST_EVENTS:
            raise CaseFull(f"the case has {MOST_EVENTS} events, which is as many as one may have")
        event = Recorded(
            fact, case, len(history) + 1, moment.occurred_at, moment.recorded_at, command.traceparent
        )
        private = Private(None if write.anonymous else command.by.id, write.texts)
        entry = Entry.of(event, command, private)
        return Stored(case, event.sequence, self._evolve(state, event, private), (*history, entry))

    def _update(self, after: Stored[S], command: Command) -> UpdateOne:
        entry = after.history[-1]
        # Encoded here, so that what BSON cannot hold fails this command alone and not its whole group.
        state = RawBSONDocument(encode(self._adapter.dump_python(after.state, mode="json")))
        return UpdateOne(
            {"_id": after.id, "version": after.version - 1},
            {
                "$set": {
                    "version": after.version,
                    "state": state,
                    "key": entry.key,
                    "slot": slot(after.id),
                    "received": command.received_at,
                },
                # By the store's own clock, which its validator holds against ours.
                "$currentDate": {"stored": True},
                "$push": {"events": RawBSONDocument(encode(entry.document()))},
                "$min": {"unpublished_since": command.received_at},
                "$setOnInsert": {"published": 0},
            },
            upsert=True,
        )

    def _stored(self, document: Document) -> Stored[S]:
        return Stored(
            document["_id"],
            document["version"],
            # Stored as JSON: what a fact is strict about arrives as the text that it was dumped to.
            self._adapter.validate_python(document["state"], strict=False),
            tuple(Entry.read(entry) for entry in document["events"]),
        )

    def _count(self, command: Command, outcome: str) -> None:
        metrics.commands.labels(self._service, command.name, outcome).inc()


def _known(stored: Stored[S] | None) -> Stored[S]:
    if stored is None:
        raise UnknownCase("there is no such case")
    return stored
