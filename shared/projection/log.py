"""A look at the log beside the consumer: where partitions end, and which record stands at an offset."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.alive import lifeless
from shared.kafka import stop
from shared.projection.doubt import AGAIN_SECONDS, Doubt, Doubtful
from shared.projection.glance import glancing, records_at
from shared.projection.positions import Position
from shared.projection.records import fingerprint
from shared.settings import Settings
from shared.topic_faults import miscounted


class Stopped(Exception):  # noqa: N818 - a state that waits for an operator
    """A lane stands still, by name; it asks for an operator and skips nothing.

    Attributes:
        name: ``log-gap`` (records are missing), ``other-log`` (this is not the log that was read before),
            ``held-full`` (a case holds more events than its document has room for), ``wrong-topic`` (a
            topic has another number of partitions than the lanes that its cases are in) or ``our-bug`` (a
            bug that even the parking of its case runs into).
    """

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


@dataclass(slots=True)
class Log:
    """Reads of the log outside of any group.

    Attributes:
        settings: where Kafka is.
    """

    settings: Settings
    _doubt: Doubt = field(default_factory=Doubt)
    _consumer: AIOKafkaConsumer | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ends(self, at: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset behind the last record of each partition.

        Raises:
            KafkaError: Kafka does not answer.
        """
        consumer = await self._started()
        ends: dict[TopicPartition, int] = await consumer.end_offsets(at)
        return ends

    async def bounds(self, at: list[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
        """Return the offsets of the first record that each partition still has, and behind its last.

        Raises:
            KafkaError: Kafka does not answer.
        """
        begins, ends = await (await self._started()).beginning_offsets(at), await self.ends(at)
        return {partition: (begins[partition], ends[partition]) for partition in at}

    async def prove(self, positions: dict[TopicPartition, Position]) -> None:
        """Do as `check`, and again while it is in doubt.

        Raises:
            Stopped: the log is not the one that was read, or something is missing.
            KafkaError: Kafka does not answer.
        """
        while True:
            try:
                return await self.check(positions)
            except Doubtful:
                await asyncio.sleep(AGAIN_SECONDS)

    async def check(self, positions: dict[TopicPartition, Position]) -> None:
        """Prove that the log is the one that was read, and that nothing is missing before what comes next.

        Raises:
            Stopped: it is not, or something is.
            Doubtful: it is said to end before what was read; for the first seconds that may be the word of a
                broker that was away. Asked again, this `Log` tells.
            KafkaError: Kafka does not answer.
        """
        await self._count({partition.topic for partition in positions})
        doubted = []
        for partition, (begin, end) in (await self.bounds(list(positions))).items():
            where, following = f"{partition.topic}/{partition.partition}", positions[partition].next
            if following <= end:
                self._doubt.over(partition)
            elif self._doubt.sure(partition):
                raise Stopped("other-log", f"{where} ends at {end}, before {following}")
            else:
                doubted.append(f"{where} is said to end at {end}, before {following}")
            first_needed = max(following - 1, 0)
            if begin > first_needed:
                raise Stopped("log-gap", f"{where} begins at {begin}, behind {first_needed}")
        if doubted:
            raise Doubtful("; ".join(doubted))
        await self._compare({p: known for p, known in positions.items() if known.next > 0})

    async def _count(self, topics: set[str]) -> None:
        """See that topics have as many partitions as there are lanes: a case would be in two of them."""
        consumer = await self._started()
        # The consumer's own knowledge may be minutes old, and its public way asks for names only.
        cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - see above
        for topic in sorted(topics):
            have = len(cluster.partitions_for_topic(topic) or ())
            if have not in {0, self.settings.partitions}:
                raise Stopped("wrong-topic", miscounted(topic, have, self.settings.partitions))

    async def _compare(self, positions: dict[TopicPartition, Position]) -> None:
        if not positions:
            return
        consumer = await self._started()
        last = {partition: known.next - 1 for partition, known in positions.items()}
        for partition, record in (await records_at(consumer, last)).items():
            known = positions[partition]
            # A record that was sent again to another log has another time there.
            if fingerprint(record) != known.last or known.stamp not in {None, record.timestamp}:
                raise Stopped(
                    "other-log",
                    f"{partition.topic}/{partition.partition} has another record at {record.offset}",
                )

    async def record(self, at: TopicPartition, offset: int) -> ConsumerRecord | None:
        """Return the record at an offset; None where the log does not have it (any more).

        Not for use while ``check`` runs.

        Raises:
            KafkaError: Kafka does not answer.
        """
        begin, end = (await self.bounds([at]))[at]
        if not begin <= offset < end:
            return None
        record = (await records_at(await self._started(), {at: offset}))[at]
        return record if record.offset == offset else None

    async def close(self) -> None:
        """Let go of the connection."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stop(consumer)

    async def _started(self) -> AIOKafkaConsumer:
        async with self._starting:
            if self._consumer is not None and lifeless(self._consumer):
                await self.close()
            self._consumer = self._consumer or await glancing(self.settings)
            return self._consumer


@asynccontextmanager
async def looking(settings: Settings) -> AsyncIterator[Log]:
    """Yield a log to look at while the block runs."""
    log = Log(settings)
    try:
        yield log
    finally:
        await log.close()
