"""The clock that gives recorded_at: it follows the machine's forwards, and never goes back."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

log = structlog.get_logger()

#: What tells the time, such as ``now``; a test brings its own.
Now = Callable[[], datetime]

# A clock that is adjusted by less is let catch up, by going at half speed; more is a jump.
_JUMP = timedelta(seconds=1)


def _machine() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Clock:
    """Time that never runs backwards, anchored to seconds that never do.

    A jump back of the machine's clock is named in the log and not followed: time goes on by ``steady``, until
    the machine's clock has come to it again. A jump forwards is followed.

    Attributes:
        wall: the machine's clock.
        steady: seconds that never run backwards.
    """

    wall: Now = _machine
    steady: Callable[[], float] = time.monotonic
    _last: datetime = field(init=False)
    _at: float = field(init=False)
    _apart: bool = False

    def __post_init__(self) -> None:
        self._last, self._at = self.wall(), self.steady()

    def now(self) -> datetime:
        """Return the time, never before one that was returned."""
        steady, wall = self.steady(), self.wall()
        passed = timedelta(seconds=max(steady - self._at, 0.0))
        ahead = self._last + passed - wall
        if ahead > _JUMP:
            self._last += passed
            if not self._apart:
                log.error("clock-jumped-back", seconds=round(ahead.total_seconds(), 3))
        else:
            self._last = max(self._last + passed / 2, wall)
        self._apart = ahead > _JUMP
        self._at = steady
        return self._last

    def follow(self, other: datetime) -> None:
        """Go on from ``other``, the clock of who has the last word, where it is ahead."""
        behind = other - self.now()
        if behind > timedelta():
            log.warning("clock-behind-store", seconds=round(behind.total_seconds(), 3))
            self._last, self._apart = other, True


#: That of this process.
CLOCK = Clock()


def now() -> datetime:
    """Return the time of this process, in UTC, never before one that was returned."""
    return CLOCK.now()
