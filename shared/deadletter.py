"""Dead letters: records that cannot be read, kept on ``<topic>.dead`` with where they came from."""

from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from shared import metrics
from shared.events.wire import Headers, Record, Unreadable
from shared.kafka import DEAD
from shared.sender import Sender
from shared.settings import Settings

# A larger one would not pass a topic's default limit again; its position on the log is its copy.
_LARGEST_VALUE = 512_000
_LARGEST_HEADERS = 64_000
_LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One unreadable record; readers tell a repeat by (projection, topic, partition, offset)."""

    record: ConsumerRecord
    why: Unreadable


class DeadLetters:
    """Where one projection's unreadable records go."""

    def __init__(self, settings: Settings, projection: str) -> None:
        self._sender = Sender(settings)
        self._namespace = settings.topic("")
        self._projection = projection

    async def send(self, letters: list[DeadLetter]) -> None:
        """Keep the letters; acknowledged before the projection goes past them.

        Raises:
            NotSent: Kafka did not acknowledge all of them.
        """
        if not letters:
            return
        await self._sender.send([self._record(letter) for letter in letters])
        for letter in letters:
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
