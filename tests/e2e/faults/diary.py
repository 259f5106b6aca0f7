"""What was done to the platform and when; what a failure is told with."""

import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Diary:
    """The faults of a run.

    Attributes:
        seed: what every choice of the run follows from, except what processes and servers make of it.
        faults: how many of each kind there were.
    """

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    _lines: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def note(self, fault: str, what: object) -> None:
        """Write a fault down at the moment in which it is done."""
        self.faults[fault] += 1
        self.say(f"{fault} {what}")

    def say(self, text: str) -> None:
        """Write down something that is no fault."""
        self._lines.append(f"{time.monotonic() - self._began:7.1f} s  {text}")

    def told(self, differences: list[str], *, most: int = 12) -> str:
        """Return what is needed to look into a failure: seed, faults and first differences."""
        shown = [f"  {text}" for text in differences[:most]]
        return "\n".join(
            [
                f"{len(differences)} differences; the seed is {self.seed}; the faults were",
                *self._lines,
                "and the first differences are",
                *shown,
            ]
        )
