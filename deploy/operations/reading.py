"""Whole topics, read once from their beginning to the ends that they have when the reading begins."""

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.alive import position
from shared.kafka import connection, started
from shared.projection.headers import read_any_name
from shared.settings import Settings
from shared.topics import topics

_POLL_MS = 500
_AT_ONCE = 500
# Of each partition: what is fetched and not looked at yet is in memory.
_FETCH_BYTES = 262_144


async def whole(settings: Settings, names: list[str]) -> AsyncIterator[ConsumerRecord]:
    """Yield every record of these topics (as they are named on the cluster), in order within a partition.

    Raises:
        KafkaError: Kafka does not answer.
    """
    read_any_name()
    counts = topics(settings)
    at = [TopicPartition(name, number) for name in names for number in range(counts[name])]
    consumer = AIOKafkaConsumer(
        **connection(settings),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    async with started(consumer):
        begins, ends = await consumer.beginning_offsets(at), await consumer.end_offsets(at)
        left = {partition for partition in at if begins[partition] < ends[partition]}
        consumer.assign(list(left))
        for partition in left:
            consumer.seek(partition, begins[partition])
        while left:
            found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)
            for partition, records in found.items():
                for record in records:
                    if record.offset < ends[partition]:
                        yield record
            for partition in list(left):
                if await position(consumer, partition) >= ends[partition]:
                    consumer.pause(partition)
                    left.remove(partition)
