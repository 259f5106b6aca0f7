"""What may stand on a lane's log, and how the builds of a projection read it."""

from dataclasses import dataclass
from enum import Enum, auto

from aiokafka import ConsumerRecord, TopicPartition

from shared.events.wire import Record, Unreadable
from shared.projection.records import Item, read
from tests.facts import ENTERPRISE, records

#: The partitions of the lane, and the cases whose events are on each.
HAZARDS, SUGGESTIONS = TopicPartition("hazards", 0), TopicPartition("suggestions", 0)
CASES = {HAZARDS: ("hz_1", "hz_2"), SUGGESTIONS: ("sg_1",)}
# Every so many events of a case one is of a type that no build here knows.
_UNKNOWN = 5


def known(sequence: int) -> bool:
    """Whether the event at this place of its case is of a type that our builds know."""
    return sequence % _UNKNOWN != 0


class Kind(Enum):
    """How a copy of an event can be read."""

    WHOLE = auto()
    AHEAD = auto()  # by the newer build only
    BROKEN = auto()  # by nobody; its place in its case can be told
    NAMELESS = auto()  # by nobody, and nothing can be told


@dataclass(frozen=True)
class Entry:
    """A record on the log: a copy of an event of a case."""

    subject: str
    sequence: int
    kind: Kind

    @property
    def known(self) -> bool:
        """Whether the event is of a type that our builds know."""
        return known(self.sequence)

    def record(self) -> Record:
        """The record as it was sent."""
        record = records(self.subject, self.sequence)[0]
        if not self.known:
            headers = [(n, b"HazardForetold" if n == "ce_type" else value) for n, value in record.headers]
            record = record._replace(headers=headers)
        if self.kind is Kind.BROKEN:
            # Of a type that is known: what is newer than we is not looked into.
            record = records(self.subject, self.sequence)[0]._replace(value=b"{")
        return record._replace(headers=[]) if self.kind is Kind.NAMELESS else record

    def at(self, partition: TopicPartition, offset: int) -> ConsumerRecord:
        """The record as a consumer reads it."""
        sent = self.record()
        place = (partition.topic, partition.partition, offset, offset, 0)
        return ConsumerRecord(*place, sent.key, sent.value, None, 0, 0, tuple(sent.headers))


@dataclass(frozen=True)
class Build:
    """A version of the program: the newer one reads what is ahead of the older."""

    newer: bool

    def reads(self, kind: Kind) -> bool:
        """Whether it can read such a copy."""
        return kind is Kind.WHOLE or (self.newer and kind is Kind.AHEAD)

    def read(self, entry: Entry, record: ConsumerRecord) -> Item:
        """Return what the record says to this build."""
        if entry.kind is Kind.AHEAD and not self.newer:
            return Item(record, Unreadable("schema", "of another day", entry.subject, entry.sequence))
        return read(record, partitions=1)


def about(entry: Entry) -> dict[str, object]:
    """What a decision says of the case of a record."""
    if entry.kind is Kind.NAMELESS:
        return {}
    return {"enterprise": ENTERPRISE, "subject": entry.subject, "sequence": entry.sequence}
