"""Units of work are as large as the store applies in a moment."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.projection.pace import LEAST, MOST, Pace


def through(pace: Pace, *, records_a_second: float, units: int = 12) -> list[float]:
    """Apply so many units on a store of this speed; return how long each took."""
    seconds = []
    for _ in range(units):
        seconds.append(pace.size / records_a_second)
        pace.took(pace.size, seconds[-1])
    return seconds


def test_a_fast_store_gets_units_of_the_full_size() -> None:
    pace = Pace()

    through(pace, records_a_second=3_000)

    assert pace.size == MOST


def test_a_store_that_slows_down_gets_units_that_end_within_two_seconds() -> None:
    pace = Pace()

    assert through(pace, records_a_second=300)[-1] <= 2


def test_a_store_that_is_fast_again_gets_large_ones_again() -> None:
    pace = Pace()
    through(pace, records_a_second=100)
    assert pace.size < MOST

    through(pace, records_a_second=10_000)

    assert pace.size == MOST


def test_a_unit_that_ran_into_its_time_limit_is_tried_in_halves_until_it_passes() -> None:
    pace, tried = Pace(), [MOST]
    # None of them is applied: the records are those that were read first, again and again.
    for _ in range(4):
        pace.took(tried[-1], 30)
        tried.append(pace.size)

    assert all(later == earlier // 2 for earlier, later in pairwise(tried))


def test_a_small_unit_that_was_quick_says_nothing_of_large_ones() -> None:
    pace = Pace(size=500)

    pace.took(3, 0.01)

    assert pace.size == 500


@given(st.lists(st.tuples(st.integers(1, MOST), st.floats(0, 100))))
def test_a_unit_is_never_empty_and_never_larger_than_the_most(taken: list[tuple[int, float]]) -> None:
    pace = Pace()
    for records, seconds in taken:
        pace.took(records, seconds)
        assert LEAST <= pace.size <= MOST
