"""What is told of a partition is never better than what is known."""

from hypothesis import given
from hypothesis import strategies as st

from shared.projection.reached import Reached

MOMENT = 0.25


def at_the_end(at: float = 10.0) -> Reached:
    one = Reached(0.0)
    one.look((0, 5), 5, at)
    return one


def test_before_anything_is_known_it_is_as_old_as_the_watching() -> None:
    one = Reached(100.0)

    assert (one.age(130.0), one.unknown(130.0)) == (30.0, 30.0)


def test_at_the_end_of_the_log_what_may_be_missing_is_what_came_since_the_look() -> None:
    one = at_the_end(10.0)

    assert (one.lag(), one.age(10.0 + MOMENT), one.age(70.0), one.unknown(70.0)) == (0, MOMENT, 60.0, 60.0)


def test_an_end_that_is_reached_later_counts_from_when_it_was_seen() -> None:
    one = at_the_end(10.0)
    one.look((0, 9), 5, 20.0)
    one.look((0, 12), 5, 21.0)

    assert (one.lag(), one.age(30.0)) == (7, 20.0)
    one.advance(9)
    assert (one.lag(), one.age(30.0)) == (3, 10.0)
    one.advance(12)
    assert (one.lag(), one.age(30.0)) == (0, 9.0)


def test_where_nothing_arrives_each_look_at_the_end_makes_it_fresh() -> None:
    one = at_the_end(10.0)
    one.look((0, 5), 5, 60.0)

    assert one.age(61.0) == 1.0


def test_a_lane_that_stands_grows_old_from_when_its_oldest_record_came() -> None:
    one = Reached(50.0)
    one.look((0, 9), 5, 60.0)
    one.oldest(5, 20.0)
    for at in range(61, 5_000):
        one.look((0, at), 5, float(at))

    assert one.age(5_000.0) == 4_980.0
    one.advance(4_999)
    assert one.age(5_000.0) == 1.0


def test_a_time_that_a_record_brings_from_the_future_makes_nothing_fresh() -> None:
    one = Reached(50.0)
    one.look((0, 9), 5, 60.0)
    one.oldest(5, 1_000.0)

    assert one.age(70.0) == 10.0


def test_a_record_that_does_not_say_when_it_came_makes_nothing_older_and_is_not_read_again() -> None:
    one = Reached(50.0)
    one.look((0, 9), 5, 60.0)
    one.oldest(5, None)

    assert (one.age(70.0), one.read) == (20.0, 5)


def test_of_another_log_nothing_is_applied() -> None:
    one = at_the_end(10.0)
    one.look((0, 3), 5, 20.0)

    assert (one.lag(), one.age(30.0)) == (3, 30.0)


def test_of_another_log_that_has_grown_past_the_position_nothing_is_applied_either() -> None:
    one = at_the_end(10.0)
    one.look((0, 8), 5, 20.0, other=True)
    one.oldest(5, 19.0)

    assert (one.lag(), one.age(30.0)) == (8, 30.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=60))
def test_whatever_is_looked_at_and_applied_no_record_that_is_missing_is_older_than_what_is_told(
    steps: list[tuple[int, int]],
) -> None:
    one, came, following = Reached(0.0), list[float](), 0
    for now, (new, done) in enumerate(steps):
        came += [now + 0.5] * new
        one.look((0, len(came)), following, now + 0.75)
        following = min(following + done, len(came))
        one.advance(following)

        missing = came[following:]
        told = one.age(now + 0.9)
        assert one.lag() == len(missing)
        # Before the first end was reached only the watching is known, which began before the first record.
        assert not missing or told >= now + 0.9 - missing[0]
