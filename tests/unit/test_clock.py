"""The clock that gives recorded_at never goes back, whatever becomes of the machine's."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from shared.clock import Clock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@dataclass
class Machine:
    """A machine whose clock can be set."""

    wall: datetime = NOON
    steady: float = 100.0
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(lambda: self.wall, lambda: self.steady)

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.steady += seconds
        self.wall += timedelta(seconds=seconds)


def test_it_tells_the_time_of_the_machine() -> None:
    machine = Machine()
    machine.passes(10)

    assert machine.clock.now() == NOON + 10 * SECOND


def test_set_back_by_an_hour_it_goes_on_and_says_so_once() -> None:
    machine = Machine()
    machine.wall -= HOUR

    with capture_logs() as said:
        machine.passes(10)
        first = machine.clock.now()
        machine.passes(10)
        second = machine.clock.now()

    assert [first, second] == [NOON + 10 * SECOND, NOON + 20 * SECOND]
    assert [line["event"] for line in said] == ["clock-jumped-back"]


def test_a_jump_forwards_is_followed() -> None:
    machine = Machine()
    machine.wall += HOUR

    assert machine.clock.now() == NOON + HOUR


def test_set_right_again_it_is_the_machines_time_again() -> None:
    machine = Machine()
    machine.wall -= HOUR
    machine.clock.now()
    machine.wall += HOUR
    machine.passes(1)

    assert machine.clock.now() == NOON + SECOND


@pytest.mark.parametrize("back", [0.0, 0.001, 0.9, 1.1, 3600.0])
def test_it_never_goes_back_and_never_stands_still(back: float) -> None:
    machine = Machine()
    told = [machine.clock.now()]
    machine.wall -= timedelta(seconds=back)
    for _ in range(50):
        machine.passes(0.1)
        told.append(machine.clock.now())

    assert all(earlier < later for earlier, later in pairwise(told))


def test_a_small_step_back_is_made_up_for() -> None:
    machine = Machine()
    machine.clock.now()
    machine.wall -= SECOND / 2
    for _ in range(20):
        machine.passes(0.1)
        machine.clock.now()

    assert machine.clock.now() == machine.wall


def test_it_follows_whoever_has_the_last_word_forwards_only() -> None:
    machine = Machine()

    machine.clock.follow(NOON - HOUR)
    assert machine.clock.now() == NOON
    machine.clock.follow(NOON + HOUR)
    machine.passes(1)

    assert machine.clock.now() == NOON + HOUR + SECOND
