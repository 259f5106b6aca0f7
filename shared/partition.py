"""Which partition a key belongs to, as every Kafka client reckons it by default: murmur2 of the key."""

from functools import lru_cache
from struct import Struct

_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_WORD = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF


# An enterprise has many events, and each is asked for by its relay and by every projection.
@lru_cache(maxsize=65_536)
def partition(key: bytes, partitions: int) -> int:
    """Return the partition, of so many, that Kafka's default partitioner gives ``key``."""
    return (_murmur2(key) & _POSITIVE) % partitions


def _murmur2(data: bytes) -> int:
    """The hash of Kafka's Java client; aiokafka's own goes byte by byte and takes four times as long."""
    length = len(data)
    hashed = _SEED ^ length
    for word in _words(length // 4).unpack_from(data):
        mixed = word * _MIX & _WORD
        hashed = hashed * _MIX & _WORD ^ (mixed ^ mixed >> 24) * _MIX & _WORD
    if tail := data[length & ~3 :]:
        hashed = (hashed ^ int.from_bytes(tail, "little")) * _MIX & _WORD
    hashed = (hashed ^ hashed >> 13) * _MIX & _WORD
    return hashed ^ hashed >> 15


@lru_cache(maxsize=64)
def _words(count: int) -> Struct:
    return Struct(f"<{count}I")
