"""Sending to Kafka with a time limit: all acknowledged, or a new producer and nothing marked."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from shared import kafka
from shared.edition import SMALL
from shared.events.wire import Record
from shared.partition import partition
from shared.settings import Settings
from shared.topic_faults import miscounted

# An idempotent producer never gives up by itself; a broker that restarts is back within this.
SEND_SECONDS = 20
_STOP_SECONDS = 2


class NotSent(Exception):  # noqa: N818 - an outcome: send again with a new producer
    """Kafka did not acknowledge everything in time; some of it may be there."""


@dataclass(slots=True)
class Sender:
    """One idempotent producer at a time, made again whenever a send fails.

    Attributes:
        settings: where Kafka is.
    """

    settings: Settings
    _producer: AIOKafkaProducer | None = None

    async def send(self, records: list[Record]) -> None:
        """Send records, keyed ones in their order per key, and wait for every acknowledgement.

        Raises:
            NotSent: not all were acknowledged within the time limit.
        """
        try:
            async with asyncio.timeout(SEND_SECONDS):
                producer = self._producer = self._producer or await self._started()
                shares = await self._shares(producer, records)
                sent = await asyncio.gather(*(_submitted(producer, *share) for share in shares.items()))
                await asyncio.gather(*chain.from_iterable(sent))
        except NotSent:
            await self.close()
            raise
        except (KafkaError, TimeoutError) as error:
            await self.close()
            raise NotSent(type(error).__name__) from error

    async def _shares(
        self, producer: AIOKafkaProducer, records: list[Record]
    ) -> dict[TopicPartition, list[Record]]:
        """Return the records of each partition in their order.

        Raises:
            NotSent: a topic has another number of partitions than it should: its cases would be in two lanes.
        """
        names = {record.topic: self.settings.topic(record.topic) for record in records}
        sizes = {topic: 1 if topic in SMALL else self.settings.partitions for topic in names}
        for topic, name in names.items():
            # Here, and not beside the write: what is sent goes by these very numbers.
            if (have := len(await producer.partitions_for(name))) != sizes[topic]:
                raise NotSent(miscounted(name, have, sizes[topic]))
        shares: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
        for record in records:
            # What has no key has no order to keep.
            shares[record.topic, partition(record.key or b"", sizes[record.topic])].append(record)
        return {TopicPartition(names[topic], number): share for (topic, number), share in shares.items()}

    async def close(self) -> None:
        """Let go of the producer and of what it has not sent.

        An idempotent producer would otherwise never stop while its broker is away, and send what was given up
        when the broker is back.
        """
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # It has no way of its own to be given up; without anything left to send, it stops.
        producer._message_accumulator.fail_all(KafkaError("given up"))  # noqa: SLF001 - see above
        await kafka.stop(producer, within=_STOP_SECONDS)
        # Cut short, it would leave its own task behind.
        if (routine := producer._sender._sender_task) is not None:  # noqa: SLF001 - see above
            routine.cancel()

    async def _started(self) -> AIOKafkaProducer:
        producer = kafka.producer(self.settings)
        await kafka.start(producer)
        return producer


async def _submitted(
    producer: AIOKafkaProducer, place: TopicPartition, records: list[Record]
) -> list[Awaitable[Any]]:
    """Hand over the records of one partition as batches in their order; return what waits for each.

    The library's own sending of one record after the other takes twice the time.
    """
    sent: list[Awaitable[Any]] = []
    batch = producer.create_batch()
    for record in records:
        if not _appended(batch, record):
            sent.append(await producer.send_batch(batch, place.topic, partition=place.partition))
            batch = producer.create_batch()
            if not _appended(batch, record):
                # Left out, it would be marked as published.
                raise NotSent(f"an empty batch did not take a record for {place.topic}")
    batch.close()
    sent.append(await producer.send_batch(batch, place.topic, partition=place.partition))
    return sent


def _appended(batch: Any, record: Record) -> bool:
    """Whether the batch had room; an empty one takes a record of any size, which the broker may refuse."""
    done = batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers)
    return done is not None
