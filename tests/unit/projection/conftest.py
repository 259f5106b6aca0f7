"""Records as they come from Kafka, without one."""

from aiokafka import ConsumerRecord

from shared.events.wire import Record
from tests.facts import records


def on_log(record: Record, offset: int = 0, partition: int = 0) -> ConsumerRecord:
    """The record as a consumer reads it."""
    of = (record.topic, partition, offset, 0, 0, record.key, record.value, None, 0, 0)
    return ConsumerRecord(*of, tuple(record.headers))


def good(sequence: int) -> Record:
    return records("hz_1", sequence)[0]


def unreadable(sequence: int) -> Record:
    """An event whose identity can be read, and nothing else."""
    return good(sequence)._replace(value=b"{")


def newer(sequence: int) -> Record:
    """An event of a type that this build does not know."""
    of = good(sequence)
    headers = [(n, b"HazardForetold" if n == "ce_type" else value) for n, value in of.headers]
    return of._replace(headers=headers)
