"""How long a lane waits after a failure, and how often one of ours is tried before somebody is blamed."""

from collections import Counter
from dataclasses import dataclass, field

# A failure that is ours is tried this often as it came, then record by record to find the one to park.
_TRIES = 3
# After a failure: doubled up to the longest, forever. One of ours may lie where nothing can be parked.
_FIRST_BACKOFF = 0.1
_LONGEST_BACKOFF = 5.0
# So many lead past the longest; after an hour and a half of failures the number itself would overflow.
_MOST_DOUBLINGS = 6


def backoff(failures: int) -> float:
    """Return how many seconds to wait after so many failures in a row, one or more."""
    return min(_FIRST_BACKOFF * 2.0 ** min(failures - 1, _MOST_DOUBLINGS), _LONGEST_BACKOFF)


@dataclass(frozen=True, slots=True)
class Patience:
    """What failed in each lane since it last went on."""

    _refused: Counter[int] = field(default_factory=Counter)
    _failed: Counter[int] = field(default_factory=Counter)

    def refused(self, lane: int) -> None:
        """Note a failure of a server, or of who else works the lane."""
        self._refused[lane] += 1

    def failed(self, lane: int) -> None:
        """Note a failure of ours."""
        self._failed[lane] += 1

    def went_on(self, lane: int) -> None:
        """Forget what failed before."""
        self._refused.pop(lane, None)
        self._failed.pop(lane, None)

    def is_over(self, lane: int) -> bool:
        """Whether a failure of ours came so often that the record to park is looked for."""
        return self._failed[lane] >= _TRIES

    def seconds(self, lane: int) -> float:
        """Return how long the lane waits before it is tried again; once may be anybody's bad luck."""
        times = max(self._refused[lane], self._failed[lane])
        return backoff(times - 1) if times > 1 else 0.0
