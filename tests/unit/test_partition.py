"""Keys go where every other client of Kafka looks for them."""

from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st

from shared.partition import partition


@given(st.binary(max_size=40), st.integers(1, 96))
def test_a_key_has_the_partition_that_kafkas_own_clients_give_it(key: bytes, partitions: int) -> None:
    assert partition(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions
