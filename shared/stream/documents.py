"""The layout of a stream document: its validator, its index, its slot, and one entry per event."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from zlib import crc32

from shared.events.base import Fact, Recorded
from shared.events.rules import Private
from shared.events.wire import Envelope, Record, data, envelope, record
from shared.mongo import Document
from shared.stream.command import Command

# 500 events with texts of 4,000 characters (16 kB) stay below MongoDB's 16 MB a document.
MOST_EVENTS = 500
# A repeat comes within minutes; so many commands that change nothing have not come between by then.
MOST_NOTED = 4
# Shares of the relays' work; more than there will ever be relays of one kind.
SLOTS = 64
# What comes later is refused by the store, and decided again with the time that it is then: within this a
# client has heard of it anyway.
LONGEST_COMMAND = timedelta(seconds=5)
_WHOLE: Document = {"$eq": [{"$size": "$events"}, "$version"]}
_LONGEST = LONGEST_COMMAND // timedelta(milliseconds=1)
# The time of an insert is a timestamp, cut to its second: up to one more may have passed.
_ALLOWED: Document = {"$cond": [{"$eq": [{"$type": "$stored"}, "timestamp"]}, _LONGEST - 1_000, _LONGEST]}
_IN_TIME: Document = {"$lte": [{"$subtract": [{"$toDate": "$stored"}, "$received"]}, _ALLOWED]}
# A later command on a document that is not there would otherwise create half a case; and one that was frozen
# on its way would be recorded in a past of which was said that it is published.
VALIDATOR: Document = {"$expr": {"$and": [_WHOLE, _IN_TIME]}}
UNPUBLISHED_INDEX: dict[str, Any] = {
    "keys": [("slot", 1), ("unpublished_since", 1)],
    "partialFilterExpression": {"unpublished_since": {"$exists": True}},
    "name": "unpublished",
}


def slot(case: str) -> int:
    """The share of the relays' work that a case belongs to."""
    return crc32(case.encode()) % SLOTS


@dataclass(frozen=True, slots=True)
class Noted:
    """A command that changed nothing: kept so that its repeat does not undo what was changed after it."""

    command: str
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event inside its case's document: what is published, and what stays here.

    Times are kept as text, since a BSON date would cut them to milliseconds; the data as the JSON that goes
    to Kafka, so that it goes there byte for byte whenever it goes.
    """

    key: str
    type: str
    major: int
    sequence: int
    time: str
    recorded_time: str
    data: str
    command: str
    digest: str
    role: str
    by: str | None = None
    texts: dict[str, str] = field(default_factory=dict)
    traceparent: str | None = None

    @classmethod
    def of(cls, event: Recorded[Fact], command: Command, private: Private) -> Self:
        """Return the entry that keeps ``event`` and the command that made it."""
        of = envelope(event)
        return cls(
            key=of.key,
            type=of.type,
            major=of.major,
            sequence=of.sequence,
            time=of.time,
            recorded_time=of.recorded_time,
            data=data(event.fact),
            command=command.id,
            digest=command.digest,
            role=command.by.role.value,
            by=private.by,
            texts=dict(private.texts),
            traceparent=of.traceparent,
        )

    @classmethod
    def read(cls, document: Document) -> Self:
        """Return the entry that a document holds."""
        return cls(**document)

    def document(self) -> Document:
        """Return the entry as it is stored."""
        return {name: getattr(self, name) for name in self.__slots__}

    @staticmethod
    def record(document: Document, topic: str, subject: str) -> Record:
        """Return what is published of an entry as it is stored; the rest of it is not looked at."""
        of = Envelope(
            topic,
            document["key"],
            document["type"],
            document["major"],
            subject,
            document["sequence"],
            document["time"],
            document["recorded_time"],
            document.get("traceparent"),
        )
        return record(of, document["data"])

    @property
    def recorded_at(self) -> datetime:
        """When we learnt of it."""
        return datetime.fromisoformat(self.recorded_time)
