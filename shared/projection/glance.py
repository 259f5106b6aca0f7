"""Single records of the log, each at its offset."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.kafka import METADATA_MS, connection, start
from shared.settings import Settings

# One record of a partition at a time; more would be read only to be dropped.
_BYTES = 1_048_576
_SECONDS = 10


async def glancing(settings: Settings) -> AIOKafkaConsumer:
    """Return a consumer for single records, started.

    Raises:
        KafkaError: Kafka does not answer.
    """
    consumer = AIOKafkaConsumer(
        **connection(settings),
        enable_auto_commit=False,
        auto_offset_reset="none",
        metadata_max_age_ms=METADATA_MS,
        max_partition_fetch_bytes=_BYTES,
    )
    await start(consumer)
    return consumer


async def records_at(
    consumer: AIOKafkaConsumer, offsets: dict[TopicPartition, int]
) -> dict[TopicPartition, ConsumerRecord]:
    """Return the record at each offset, or the next that the log has.

    Raises:
        KafkaError: Kafka does not bring them in time.
    """
    consumer.assign(list(offsets))
    for partition, offset in offsets.items():
        consumer.seek(partition, offset)
    looked: dict[TopicPartition, ConsumerRecord] = {}
    try:
        async with asyncio.timeout(_SECONDS):
            while len(looked) < len(offsets):
                # One at a time: what else was fetched would be unpacked only to be dropped, a second's work.
                for partition, records in (await consumer.getmany(timeout_ms=500, max_records=1)).items():
                    looked.setdefault(partition, records[0])
                    consumer.pause(partition)
    except TimeoutError as error:
        raise KafkaError("the log could not be read back in time") from error
    finally:
        consumer.unsubscribe()
    return looked
