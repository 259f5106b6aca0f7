"""The record that a dead letter is of: from the log, else from the letter; and what can be read of it."""

from dataclasses import dataclass

from aiokafka import ConsumerRecord, TopicPartition

from deploy.operations.letters import Found
from shared.deadletter import Letter
from shared.events.base import Recorded
from shared.events.wire import Unknown
from shared.projection.log import Log
from shared.projection.records import fingerprint, read


@dataclass(frozen=True, slots=True)
class Original:
    """A record that could not be read, as far as it is still there.

    Attributes:
        record: the whole record; None where the log no longer has it and the letter left a part of it out.
        kept: what there is of it: the record, or what the letter kept.
        enterprise: the key, where the case can be told.
        subject: the case, where it can be told.
        sequence: the event's place in it.
        trouble: why this build cannot read it; None where it can.
    """

    record: ConsumerRecord | None
    kept: ConsumerRecord
    enterprise: str | None
    subject: str | None
    sequence: int | None
    trouble: str | None

    @property
    def fingerprint(self) -> str:
        """Return what tells the record from any other at its offset."""
        return fingerprint(self.kept)


async def original(log: Log, found: Found) -> Original:
    """Return the record of a letter, and whether it can be read by now.

    Raises:
        KafkaError: Kafka does not answer.
    """
    letter = found.letter
    on_log = await log.record(TopicPartition(letter.topic, letter.partition), letter.offset)
    record = on_log if on_log is not None and _same(on_log, letter) else letter.original()
    kept = record or _kept(letter)
    says = read(kept, found.partitions).decoded
    trouble = None
    if record is None:
        trouble = f"its {' and '.join(letter.left_out)} was left out, and the log no longer has it"
    elif isinstance(says, Unknown):
        trouble = f"this build does not know its type, {says.type}"
    elif not isinstance(says, Recorded):
        trouble = f"this build cannot read it either: {says.detail}"
    key = kept.key.decode(errors="backslashreplace") if kept.key and says.subject else None
    return Original(record, kept, key, says.subject, says.sequence, trouble)


def case_of(found: Found) -> str | None:
    """Return the case and the event's place in it, as far as the letter alone tells them."""
    says = read(_kept(found.letter), found.partitions).decoded
    return f"{says.subject}:{says.sequence}" if says.subject else None


def _same(record: ConsumerRecord, letter: Letter) -> bool:
    """Whether the record at the letter's place is the one that it was written for, as far as it was kept."""
    kept = {
        "key": (record.key, letter.record.key),
        "value": (record.value, letter.record.value),
        "headers": (_headers(record), letter.headers()),
    }
    return all(one == other for part, (one, other) in kept.items() if part not in letter.left_out)


def _headers(record: ConsumerRecord) -> list[tuple[str, bytes]]:
    said = ((name, body) for name, body in record.headers if body is not None)
    return [(name, bytes(body)) for name, body in said if not name.startswith("dead_")]


def _kept(letter: Letter) -> ConsumerRecord:
    at = (letter.topic, letter.partition, letter.offset, letter.record.timestamp, 0)
    return ConsumerRecord(*at, letter.record.key, letter.record.value, None, 0, 0, tuple(letter.headers()))
