"""A lane's records are cut into units: not too many in one, and none across what must be seen to first."""

from collections.abc import Iterable

from aiokafka import ConsumerRecord, TopicPartition

from shared.projection.deciding import parts

HAZARDS, SAVINGS = TopicPartition("hazards", 0), TopicPartition("savings", 0)


def of(at: TopicPartition, *offsets: int) -> list[ConsumerRecord]:
    return [ConsumerRecord(*at, offset, 0, 0, None, None, None, 0, 0, ()) for offset in offsets]


def cut(
    records: list[ConsumerRecord], size: int = 9, starts: Iterable[tuple[TopicPartition, int]] = ()
) -> list[list[int]]:
    return [[record.offset for record in part] for part in parts(records, size, set(starts))]


def test_no_unit_takes_more_than_its_size() -> None:
    assert cut(of(HAZARDS, 0, 1, 2, 3, 4), size=2) == [[0, 1], [2, 3], [4]]


def test_none_goes_across_an_offset_before_which_something_was_decided() -> None:
    assert cut(of(HAZARDS, 0, 1, 2), starts={(HAZARDS, 1), (SAVINGS, 2)}) == [[0], [1, 2]]


def test_none_goes_across_a_gap_in_the_log_of_a_partition() -> None:
    assert cut(of(HAZARDS, 0, 1, 4, 5)) == [[0, 1], [4, 5]]
    assert cut([*of(HAZARDS, 3), *of(SAVINGS, 8), *of(HAZARDS, 4), *of(SAVINGS, 9)]) == [[3, 8, 4, 9]]
    assert cut([*of(HAZARDS, 3), *of(SAVINGS, 8), *of(HAZARDS, 4), *of(SAVINGS, 10)]) == [[3, 8, 4], [10]]
