"""The records that operators have redriven: read again from the log, or from their dead letters."""

import asyncio
from dataclasses import dataclass, field

import structlog
from aiokafka import ConsumerRecord, TopicPartition

from shared.deadletter import Letter
from shared.events.base import Recorded
from shared.events.operations import DeadLetterRedriven
from shared.projection.log import Log
from shared.projection.records import Item, Read, fingerprint
from shared.topics import DEAD

log = structlog.get_logger()


@dataclass(slots=True)
class Originals:
    """Where redriven records are read.

    Attributes:
        log: the log, for this use alone.
        partitions: of every topic.
        read: what a record says.
    """

    log: Log
    partitions: int
    read: Read
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def item(self, of: DeadLetterRedriven) -> Item | None:
        """Return the record as it can be read today; None where it is gone, or still cannot be read.

        Raises:
            KafkaError: Kafka does not answer.
        """
        async with self._looking:
            record = await self._on_the_log(of) or await self._in_its_letter(of)
        if record is None:
            log.error("redriven-record-gone", topic=of.topic, partition=of.partition, offset=of.offset)
            return None
        item = self.read(record, self.partitions)
        if not isinstance(item.decoded, Recorded) or item.decoded.id != f"{of.subject}:{of.sequence}":
            log.error("redriven-record-unreadable", topic=of.topic, partition=of.partition, offset=of.offset)
            return None
        return item

    async def _on_the_log(self, of: DeadLetterRedriven) -> ConsumerRecord | None:
        record = await self.log.record(TopicPartition(of.topic, of.partition), of.offset)
        return record if record is not None and fingerprint(record) == of.record else None

    async def _in_its_letter(self, of: DeadLetterRedriven) -> ConsumerRecord | None:
        at = TopicPartition(of.topic + DEAD, of.letter_partition)
        record = await self.log.record(at, of.letter_offset)
        letter = Letter.read(record) if record is not None else None
        if letter is None or (letter.topic, letter.partition, letter.offset) != (
            of.topic,
            of.partition,
            of.offset,
        ):
            return None
        original = letter.original()
        return original if original is not None and fingerprint(original) == of.record else None

    async def close(self) -> None:
        """Let go of the connection."""
        await self.log.close()
