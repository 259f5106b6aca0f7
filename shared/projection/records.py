"""Kafka records as a projection reads them: decoded, checked for their lane, and with an identity."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from aiokafka import ConsumerRecord, TopicPartition

from shared.events.wire import Decoded, Unreadable, decode
from shared.partition import partition


@dataclass(frozen=True, slots=True)
class Item:
    """A record with what it says."""

    record: ConsumerRecord
    decoded: Decoded

    @property
    def at(self) -> TopicPartition:
        """Where it was read."""
        return _at(self.record.topic, self.record.partition)


#: How a record is read, by the number of partitions of its topic.
Read = Callable[[ConsumerRecord, int], Item]


def read(record: ConsumerRecord, partitions: int) -> Item:
    """Return what ``record`` says; one in the wrong partition for its key would meet another lane's case."""
    if not record.key or partition(record.key, partitions) != record.partition:
        return Item(record, Unreadable("key", "the record is not in the partition of its key"))
    return Item(record, decode(record.key, record.value, record.headers))


def fingerprint(record: ConsumerRecord) -> str:
    """Return what tells this record from any other that might stand at its offset in another log."""
    for name, value in record.headers:
        if name == "ce_id" and value is not None:
            return str(value.decode(errors="replace"))
    body = hashlib.sha256(record.key or b"")
    body.update(record.value or b"")
    return f"sha256:{body.hexdigest()}"


@lru_cache(maxsize=4_096)
def _at(topic: str, partition: int) -> TopicPartition:
    """The partition; it is asked for several times of every record, and there are few of them."""
    return TopicPartition(topic, partition)
