"""What was fetched from Kafka goes as soon as nobody reads it any more."""

from functools import wraps
from typing import Any
from weakref import proxy

from aiokafka.consumer.fetcher import PartitionRecords


def let_go() -> None:
    """Have every consumer of this process let go of what it fetched once that is no longer wanted.

    aiokafka's records of a partition and the iterator over them hold each other until they are read to their
    end. Left before, as by a seek, a rebalance or a look at a single record, they would stay, megabytes each,
    until Python looks for cycles, which a process that works batches seldom has it do: a projection that was
    far behind grew by a gigabyte in ten minutes.
    """
    begin = PartitionRecords.__init__
    if hasattr(begin, "__wrapped__"):
        return

    @wraps(begin)
    def begun(records: Any, *args: Any, **kwargs: Any) -> None:
        begin(records, *args, **kwargs)
        # Whoever asks the iterator for the next holds the records meanwhile.
        records._records_iterator = PartitionRecords._unpack_records(proxy(records))  # noqa: SLF001 - its own

    PartitionRecords.__init__ = begun
