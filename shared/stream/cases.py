"""Cases of one kind without a store: read from their documents, decided, and turned into one write each."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Generic, TypeVar

from bson import Timestamp, encode
from bson.raw_bson import RawBSONDocument
from pydantic import TypeAdapter
from pymongo import InsertOne, UpdateOne

from shared.events.base import Recorded
from shared.events.rules import Private
from shared.mongo import Document
from shared.stream.command import Command
from shared.stream.documents import MOST_EVENTS, MOST_NOTED, Entry, Noted, slot
from shared.stream.refusals import CaseFull, PreconditionFailed, UnknownCase
from shared.stream.stored import Outcome, Stored, Write

S = TypeVar("S")
Evolve = Callable[[S | None, Recorded[Any], Private], S]

# An empty timestamp at the top of a document is filled in by the store, when it inserts it.
_THE_STORES_TIME = Timestamp(0, 0)


class Cases(Generic[S]):
    """The cases of one kind.

    Args:
        state: shape of a case's state, a dataclass.
        evolve: the state that an event leaves.
    """

    def __init__(self, state: type[S], evolve: Evolve[S]) -> None:
        self._adapter: TypeAdapter[S] = TypeAdapter(state)
        self._evolve = evolve

    def read(self, document: Document) -> Stored[S]:
        """Return the case that a document holds."""
        return Stored(
            document["_id"],
            document["version"],
            # Stored as JSON: what a fact is strict about arrives as the text that it was dumped to.
            self._adapter.validate_python(document["state"], strict=False),
            tuple(Entry.read(entry) for entry in document["events"]),
            tuple(Noted(**noted) for noted in document.get("noted", ())),
        )

    def judge(
        self, case: str, stored: Stored[S] | None, command: Command, write: Write[S]
    ) -> Outcome[S] | Stored[S] | None:
        """Say what a command comes to.

        Returns:
            The outcome of what is already done; the case as the command leaves it; None where it changes
            nothing.

        Raises:
            Refused: it may not be asked, or the rule does not grant it, or the case is full.
        """
        return self._settled(stored, command, write) or self.decide(case, stored, command, write)

    @staticmethod
    def _settled(stored: Stored[S] | None, command: Command, write: Write[S]) -> Outcome[S] | None:
        if stored is None:
            if not write.creates:
                raise UnknownCase
        else:
            write.guard(stored.state)
            if stored.holds(command):
                return Outcome(stored, changed=False)
        version = stored.version if stored else 0
        if command.expected not in {None, version}:
            raise PreconditionFailed(f"the case is at version {version}", version=version)
        return None

    def decide(
        self, case: str, stored: Stored[S] | None, command: Command, write: Write[S]
    ) -> Stored[S] | None:
        """Return the case as the command leaves it, None where it changes nothing.

        Raises:
            Refused: the rule does not grant it, or the case is full.
        """
        history, noted = (stored.history, stored.noted) if stored else ((), ())
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
        return Stored(case, event.sequence, self._evolve(state, event, private), (*history, entry), noted)

    def insertion(self, after: Stored[S], command: Command) -> InsertOne[Document]:
        """Return the write that begins a case; it costs the store a fifth of what an update costs.

        The store's time is in whole seconds here, and never behind its clock: a machine whose clock was set
        back refuses such a write, which then goes as an update.
        """
        document = {
            "_id": after.id,
            **self._after(after, command),
            "stored": _THE_STORES_TIME,
            "published": 0,
            "unpublished_since": command.received_at,
            "events": [after.history[-1].document()],
        }
        # Encoded here, so that what BSON cannot hold fails this command alone and not its whole group.
        return InsertOne(RawBSONDocument(encode(document)))  # type: ignore[arg-type] # encoded already

    def update(self, after: Stored[S], command: Command) -> UpdateOne:
        """Return the write that takes a case to its next version, or begins it."""
        return UpdateOne(
            {"_id": after.id, "version": after.version - 1},
            {
                "$set": RawBSONDocument(encode(self._after(after, command))),
                # By the store's own clock, which its validator holds against ours.
                "$currentDate": {"stored": True},
                "$push": {"events": RawBSONDocument(encode(after.history[-1].document()))},
                "$min": {"unpublished_since": command.received_at},
                "$setOnInsert": {"published": 0},
            },
            upsert=True,
        )

    @staticmethod
    def note(after: Stored[S]) -> UpdateOne:
        """Return the write that keeps what a case has noted last; it changes nothing else of it."""
        last = RawBSONDocument(encode(asdict(after.noted[-1])))
        return UpdateOne(
            {"_id": after.id, "version": after.version},
            {"$push": {"noted": {"$each": [last], "$slice": -MOST_NOTED}}},
            # Where another was faster, there is nothing to insert: it has lost its race.
            upsert=True,
        )

    def _after(self, after: Stored[S], command: Command) -> Document:
        return {
            "version": after.version,
            "state": self._adapter.dump_python(after.state, mode="json"),
            "key": after.history[-1].key,
            "slot": slot(after.id),
            "received": command.received_at,
        }
