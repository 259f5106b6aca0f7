"""What is known of how far one partition was applied, and since when that is known. Pure.

Times are seconds of the machine's monotonic clock, so that no clock that is set makes an age wrong.
"""

from collections import deque
from dataclasses import dataclass, field

# Looks that are remembered until their end was reached; of more, every other one is enough.
_MOST_MARKS = 1_024


@dataclass(slots=True)
class Reached:
    """One partition, as it was at the last look.

    Attributes:
        since: when it began to be watched.
        next: the offset that is applied next; None while that is not known.
        looked: when the log was last looked at.
        complete: all that came to the log before this time is applied; None while no such time is known.
        read: the offset of the record that was last read to learn ``complete``.
    """

    since: float
    next: int | None = None
    looked: float | None = None
    complete: float | None = None
    read: int | None = None
    _begin: int = 0
    _end: int = 0
    _other: bool = False
    _marks: deque[tuple[float, int]] = field(default_factory=deque)

    def look(self, bounds: tuple[int, int], following: int, at: float, *, other: bool = False) -> None:
        """Note what a look at time ``at`` showed.

        Args:
            bounds: the first offset that the log still has, and the one behind its last.
            following: the offset that is applied next.
            at: the time before the look.
            other: this is not the log that was read before, so nothing of it is applied.
        """
        self._begin, self._end = bounds
        self.next, self.looked = following, at
        self._other = other or following > self._end
        if self._other:
            self._marks.clear()
            self.complete = None
            return
        if self._marks and self._marks[-1][1] == self._end:
            # Whoever reaches this end has all that came until the later look.
            self._marks.pop()
        self._marks.append((at, self._end))
        if len(self._marks) > _MOST_MARKS:
            self._marks = deque([*list(self._marks)[:-1:2], self._marks[-1]])
        self.advance(following)

    def advance(self, following: int) -> None:
        """Note which offset is applied next by now."""
        self.next = following
        while self._marks and self._marks[0][1] <= following:
            self._complete(self._marks.popleft()[0])

    def oldest(self, offset: int, came: float | None) -> None:
        """Note when the record at ``offset`` came, before which all is applied; None: it does not say."""
        self.read = offset
        if came is not None and not self._other:
            self._complete(min(came, self.looked or came))

    def lag(self) -> int:
        """Return how many records are still to be applied; of another log, all that it has."""
        first = self._begin if self._other or self.next is None else self.next
        return max(self._end - first, 0)

    def age(self, now: float) -> float:
        """Return for how many seconds something may be missing; at least, while nothing is known."""
        return max(now - (self.since if self.complete is None else self.complete), 0.0)

    def unknown(self, now: float) -> float:
        """Return the age of what is known."""
        return max(now - (self.since if self.looked is None else self.looked), 0.0)

    def _complete(self, at: float) -> None:
        self.complete = at if self.complete is None else max(self.complete, at)
