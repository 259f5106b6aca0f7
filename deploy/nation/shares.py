"""How the nation's enterprises and cases are spread; assumptions that a measurement needs, not statistics.

They give the counters a realistic skew.
"""

from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from deploy.nation.sites import counties
from shared.events.base import Size

T = TypeVar("T")

# Cases by size of their enterprise: few are large, and those say most.
CASES_BY_SIZE: dict[Size, float] = {
    Size.MICRO: 38,
    Size.SMALL: 34,
    Size.MEDIUM: 16,
    Size.LARGE: 10,
    Size.UNKNOWN: 2,
}
# Enterprises by size.
ENTERPRISES_BY_SIZE: dict[Size, float] = {
    Size.MICRO: 85,
    Size.SMALL: 12,
    Size.MEDIUM: 1.5,
    Size.LARGE: 0.5,
    Size.UNKNOWN: 1,
}
# Half of the cases come from factories and building sites; every section has some.
SECTIONS: dict[str, float] = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRST",
        (2, 3, 40, 2, 10, 14, 6, 5, 2, 0.5, 2, 3, 2, 1, 3, 1, 1.5, 1, 0.9, 0.1),
        strict=True,
    )
)


class Shares(Generic[T]):
    """What is drawn by its share."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        total = sum(weights.values())
        self._weights = {key: weight / total for key, weight in weights.items()}
        self.keys = list(weights)
        self._upto = list(accumulate(self._weights.values()))

    def share(self, key: T) -> float:
        """The share of ``key``; all of them are 1."""
        return self._weights[key]

    def draw(self, rng: Random) -> T:
        """Draw one."""
        return self.keys[min(bisect(self._upto, rng.random()), len(self.keys) - 1)]


def by_county(seed: int) -> Shares[str]:
    """Counties differ as their populations do: the largest has some thirty times the median."""
    weights = Random(f"counties {seed}")  # noqa: S311 - a measurement, not a secret
    return Shares({code: weights.lognormvariate(0, 1) for code in counties()})
