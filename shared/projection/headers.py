"""Kafka records whose header names are not UTF-8: read all the same, so that one of them stops nobody.

aiokafka decodes the names strictly while it fetches: such a record would be fetched again for ever, and with
it every other partition of the consumer would stand still.
"""

from collections.abc import Callable, Iterator
from typing import Any, SupportsIndex

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy
from aiokafka.record.util import decode_varint_py


class _Bytes(bytearray):
    """Bytes whose slices are text whatever they hold."""

    def __getitem__(self, at: SupportsIndex | slice) -> Any:
        found = super().__getitem__(at)
        return _Bytes(found) if isinstance(found, bytearray) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


class _Patient(_DefaultRecordBatchPy):  # type: ignore[misc]
    """The library's own reader in Python, which is slow, with names that are told by their bytes."""

    _buffer: bytearray

    def _read_msg(self, _varint: Callable[..., tuple[int, int]] = decode_varint_py) -> Any:
        if not isinstance(self._buffer, _Bytes):
            self._buffer = _Bytes(self._buffer)
        return super()._read_msg(_varint)


class _Batch:
    """A batch read by the library's fast reader, and from its first record again where that gives up."""

    def __init__(self, raw: memoryview, batch: Any) -> None:
        self._raw = raw
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except UnicodeDecodeError:
            # The fetcher passes over the offsets that it has had.
            yield from _Patient(self._raw)


class _Records:
    """What a fetch brought of one partition, batch by batch."""

    def __init__(self, fetched: bytes | None) -> None:
        self._records = _MemoryRecordsPy(fetched or b"")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def next_batch(self) -> Any:
        raw = self._records._next_slice  # noqa: SLF001 - the bytes of the batch that comes
        batch = self._records.next_batch()
        return _Batch(raw, batch) if isinstance(batch, DefaultRecordBatch) else batch


def read_any_name() -> None:
    """Have every consumer of this process read header names that are not UTF-8."""
    fetcher.MemoryRecords = _Records
