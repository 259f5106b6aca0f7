"""What a benchmark is made of: a trial measures things in one round, a row sets two of them side by side."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any

from tests.bench.ground import Ground

# One round: each thing that was measured in it, by its name.
Figures = dict[str, float]
Round = Callable[[], Awaitable[Figures]]


@dataclass(frozen=True, slots=True)
class Trial:
    """Measures several things side by side.

    Attributes:
        name: as it is shown while it runs.
        rounds: sets everything up, and provides what measures one round.
    """

    name: str
    rounds: Callable[[Ground], AbstractAsyncContextManager[Round]]


def p99(seconds: Sequence[float]) -> float:
    """Return the time, in milliseconds, that 99 of 100 did not exceed."""
    return sorted(seconds)[ceil(len(seconds) * 0.99) - 1] * 1_000


@dataclass(frozen=True, slots=True)
class Goal:
    """What a row is to reach; a bound that is None is not asked for.

    Attributes:
        least: of ours.
        most: of ours.
        ratio: the least that ours is to be of the reference.
    """

    least: float | None = None
    most: float | None = None
    ratio: float | None = None

    def met(self, ours: float, ratio: float | None) -> bool:
        """Say whether it is reached."""
        return (
            (self.least is None or ours >= self.least)
            and (self.most is None or ours <= self.most)
            and (self.ratio is None or (ratio is not None and ratio >= self.ratio))
        )

    def __str__(self) -> str:
        bounds = ((self.least, "≥ {:,g}"), (self.most, "≤ {:,g}"), (self.ratio, "≥ {:g} × reference"))
        return ", ".join(text.format(bound) for bound, text in bounds if bound is not None)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: what is measured.
        trial: measures it, together with what it is compared with.
        ours, reference: names among the figures of the trial.
        unit: of both.
        goal: what it is to reach.
    """

    name: str
    trial: Trial
    unit: str
    goal: Goal
    ours: str = "ours"
    reference: str | None = None

    def result(self, rounds: Sequence[Figures]) -> "Result":
        """Sum the rounds up; the ratio is taken round by round, so that both had the same minute."""
        ours = [figures[self.ours] for figures in rounds]
        if self.reference is None:
            return Result(self, Spread.of(ours))
        reference = [figures[self.reference] for figures in rounds]
        ratios = [mine / theirs for mine, theirs in zip(ours, reference, strict=True)]
        return Result(self, Spread.of(ours), Spread.of(reference), Spread.of(ratios))


@dataclass(frozen=True, slots=True)
class Spread:
    """Several rounds of one thing."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of ``values``."""
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for a row."""

    row: Row
    ours: Spread
    reference: Spread | None = None
    ratio: Spread | None = None

    @property
    def met(self) -> bool:
        """Whether the medians reach the goal."""
        return self.row.goal.met(self.ours.median, self.ratio.median if self.ratio else None)

    def document(self) -> dict[str, Any]:
        """Return the result as it is written."""
        return {
            "name": self.row.name,
            "ours": self.ours.median,
            "reference": self.reference.median if self.reference else None,
            "unit": self.row.unit,
            "ratio": self.ratio.median if self.ratio else None,
            "goal": str(self.row.goal),
            "met": self.met,
            "ours_spread": [self.ours.least, self.ours.most],
            "reference_spread": [self.reference.least, self.reference.most] if self.reference else None,
        }
