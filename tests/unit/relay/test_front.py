"""Where a relay looks: seldom at all that was ever marked, and never past what can still come."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from shared.relay.front import Front
from shared.relay.waiting import LATEST, SetBack
from tests.facts import NOON

SLOTS = [1, 3]
NEVER = SetBack()
LATER = NOON + timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass
class Seconds:
    """A clock that goes on when it is told to."""

    now: float = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def front(clock: Seconds) -> Front:
    """One that has looked at everything and passed what waited since noon."""
    front = Front(clock)
    assert front.since(SLOTS, NEVER, LATER) is None
    front.passed(NOON, full=False)
    return front


def test_the_next_look_begins_a_little_before_where_the_last_one_ended(front: Front) -> None:
    assert front.since(SLOTS, NEVER, LATER) == NOON - SECOND


def test_behind_a_full_one_it_begins_where_that_ended(front: Front) -> None:
    front.passed(NOON, full=True)

    assert front.since(SLOTS, NEVER, LATER) == NOON


def test_one_that_found_nothing_leaves_it_where_it_is(front: Front) -> None:
    front.passed(None, full=False)

    assert front.quiet
    assert front.since(SLOTS, NEVER, LATER) == NOON - SECOND


def test_once_a_second_one_goes_back_as_far_as_a_command_may_come_late(front: Front, clock: Seconds) -> None:
    clock.now += 1

    assert front.since(SLOTS, NEVER, LATER) == NOON - SECOND - LATEST
    assert front.since(SLOTS, NEVER, LATER) == NOON - SECOND


def test_now_and_then_one_looks_at_everything(front: Front, clock: Seconds) -> None:
    clock.now += 300

    assert front.since(SLOTS, NEVER, LATER) is None
    assert front.since(SLOTS, NEVER, LATER) == NOON - SECOND


def test_of_a_slot_that_was_anothers_until_now_everything_is_looked_at(front: Front) -> None:
    assert front.since([1, 3, 5], NEVER, LATER) is None


def test_where_a_clock_went_back_it_goes_back_too(front: Front, clock: Seconds) -> None:
    clock.now += 300
    front.since(SLOTS, NEVER, LATER)
    front.passed(NOON - timedelta(hours=1), full=False)

    assert front.since(SLOTS, NEVER, LATER) == NOON - timedelta(hours=1) - SECOND


def test_of_two_processes_that_record_commands_the_one_ahead_hides_nothing_of_the_other(
    front: Front, clock: Seconds
) -> None:
    front.since(SLOTS, NEVER, NOON)
    front.passed(NOON + timedelta(minutes=1), full=False)
    # Nothing was looked for meanwhile: Kafka was slow.
    clock.now += 15

    assert front.since(SLOTS, NEVER, NOON + timedelta(seconds=15)) == NOON - SECOND - LATEST


def test_it_never_begins_later_than_by_the_clock_of_the_store(front: Front) -> None:
    ahead = NOON + timedelta(minutes=10)
    front.passed(ahead, full=False)

    assert front.since(SLOTS, NEVER, NOON) == NOON - SECOND
    assert front.since(SLOTS, NEVER, None) is None


def test_what_was_set_back_since_is_looked_for_at_once(front: Front) -> None:
    assert front.since(SLOTS, SetBack(1), LATER) is None
    assert front.since(SLOTS, SetBack(1), LATER) == NOON - SECOND


def test_while_documents_are_set_back_everything_is_looked_at_each_second(
    front: Front, clock: Seconds
) -> None:
    going_on = SetBack(1, going_on=True)
    assert front.since(SLOTS, going_on, LATER) is None
    assert front.since(SLOTS, going_on, LATER) == NOON - SECOND

    clock.now += 1

    assert front.since(SLOTS, going_on, LATER) is None
    # And once it has ended: the last of them came after that look.
    assert front.since(SLOTS, SetBack(1), LATER) is None
    assert front.since(SLOTS, SetBack(1), LATER) == NOON - SECOND
