"""How many records a unit of work takes: many, which makes it fast, and none that runs for seconds."""

from dataclasses import dataclass

# Four lanes side by side apply so many each in about a second; more gain little.
MOST = 4_000
# Below this a transaction costs much the same whatever is in it.
LEAST = 125
# MongoDB ends a transaction after a minute and the client gives up after half of that; and what another must
# wait for, a report or a lane that moves to another process, should not wait for long.
_LONGEST_SECONDS = 2.0


@dataclass(slots=True)
class Pace:
    """Follows how fast the store is: one that has slowed down gets smaller units, until it is fast again.

    Attributes:
        size: the records that the next unit takes at most.
    """

    size: int = MOST

    def took(self, records: int, seconds: float) -> None:
        """Learn how long a unit took, whether it was applied or not."""
        if seconds > _LONGEST_SECONDS:
            self.size = max(min(records, self.size) // 2, LEAST)
        elif records >= self.size and seconds * 2 < _LONGEST_SECONDS:
            self.size = min(2 * self.size, MOST)
