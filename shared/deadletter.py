"""Dead letters: records that cannot be read, kept on ``<topic>.dead`` with where they came from."""

from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from shared import metrics
from shared.events.wire import Headers, Record, Unreadable
from shared.sender import Sender
from shared.settings import Settings
from shared.topics import DEAD

# A larger one would not pass a topic's default limit again; its position on the log is its copy.
_LARGEST_VALUE = 512_000
_LARGEST_HEADERS = 64_000
_LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One unreadable record; readers tell a repeat by (projection, topic, partition, offset)."""

    record: ConsumerRecord
    why: Unreadable


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as it is read again.

    Attributes:
        projection: who could not read the record, by its consumer group.
        topic: where the record was, as the cluster names it.
        partition: its partition.
        offset: its offset there.
        reason: why it could not be read.
        detail: the same in a sentence.
        at: when the letter was written; ISO 8601.
        left_out: parts of the record that were too large to be kept.
        record: the letter itself, with what was kept of key, value and headers.
    """

    projection: str
    topic: str
    partition: int
    offset: int
    reason: str
    detail: str
    at: str
    left_out: tuple[str, ...]
    record: ConsumerRecord

    @classmethod
    def read(cls, record: ConsumerRecord) -> "Letter | None":
        """Return the letter that a record of ``<topic>.dead`` is; None where it is none of ours."""
        # The last of a name: the record itself may have brought headers that look like ours.
        said = {name: (raw or b"").decode(errors="replace") for name, raw in record.headers}
        try:
            place = said["dead_topic"], int(said["dead_partition"]), int(said["dead_offset"])
            why = said["dead_reason"], said.get("dead_detail", ""), said.get("dead_at", "")
            left_out = tuple(filter(None, said.get("dead_left_out", "").split(",")))
            return cls(said["dead_projection"], *place, *why, left_out, record)
        except (KeyError, ValueError):
            return None

    def headers(self) -> Headers:
        """Return the headers of the record, without those that say what became of it."""
        return [(name, raw) for name, raw in self.record.headers if not name.startswith("dead_")]

    def original(self) -> ConsumerRecord | None:
        """Return the record as it was on its topic; None where a part of it was left out."""
        if self.left_out:
            return None
        key, value, headers = self.record.key, self.record.value, tuple(self.headers())
        at = (self.topic, self.partition, self.offset, self.record.timestamp, self.record.timestamp_type)
        return ConsumerRecord(*at, key, value, None, 0, 0, headers)


class DeadLetters:
    """Where one projection's unreadable records go."""

    def __init__(self, settings: Settings, projection: str) -> None:
        self._sender = Sender(settings)
        self._namespace = settings.topic("")
        self._projection = projection

    async def send(self, letters: list[DeadLetter], *, counted: bool = True) -> None:
        """Keep the letters; acknowledged before the projection goes past them.

        Two generations may keep the same letter; only one of them has it ``counted`` in the metrics.

        Raises:
            NotSent: Kafka did not acknowledge all of them.
        """
        if not letters:
            return
        await self._sender.send([self._record(letter) for letter in letters])
        for letter in letters if counted else ():
            metrics.dead_letters.labels(self._topic(letter), letter.why.reason).inc()

    async def close(self) -> None:
        """Let go of the producer."""
        await self._sender.close()

    def _topic(self, letter: DeadLetter) -> str:
        return str(letter.record.topic).removeprefix(self._namespace)

    def _record(self, letter: DeadLetter) -> Record:
        record, why = letter.record, letter.why
        said = {
            "projection": self._projection,
            "topic": record.topic,
            "partition": str(record.partition),
            "offset": str(record.offset),
            "reason": why.reason,
            "detail": why.detail[:_LONGEST_DETAIL],
            "at": datetime.now(UTC).isoformat(),
        }
        value: bytes | None = record.value
        # A header that is null says nothing.
        headers: Headers = [(str(name), bytes(body)) for name, body in record.headers if body is not None]
        key: bytes | None = record.key
        left_out = []
        if len(value or b"") > _LARGEST_VALUE:
            value = None
            left_out.append("value")
        if sum(len(name) + len(body) for name, body in headers) > _LARGEST_HEADERS:
            headers = []
            left_out.append("headers")
        if len(key or b"") > _LARGEST_HEADERS:
            key = None
            left_out.append("key")
        if left_out:
            said["left_out"] = ",".join(left_out)
        headers = headers + [(f"dead_{name}", text.encode()) for name, text in said.items()]
        return Record(self._topic(letter) + DEAD, key, value, headers)
