"""Totals of whole months that reports have added up before, and how it is known that they still hold.

The nation by province over a year is 4,500 documents, of which all but those of the last months are as they
were at the report before. Each unit of work leaves a mark, drawn at random, on every month that it changes;
a report reads the marks in its own snapshot, and adds up anew where they differ. Equal marks mean that the
same units wrote last, in every lane, so that nothing else can stand there.

A mark says how a month was written, and not what: two builds from one log have different ones.
"""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from services.reporting.domain.report import Counters
from services.reporting.domain.rollups import Level
from services.reporting.store.rollups import MARKS
from shared.mongo import Session
from shared.projection import Generation

# A year of the nation's provinces is 12 of them, of 150 kB each.
_MOST = 360

# Lane to the mark of its last unit.
Marks = dict[int, int]
# Area to its counters.
MonthTotals = dict[str, Counters]


class Asked(NamedTuple):
    """Which totals of a month: of the areas at a level that lie in an area."""

    generation: int
    level: Level
    area: str
    month: int


async def marks(generation: Generation, session: Session, months: list[int]) -> dict[int, Marks]:
    """Return the marks of each of ``months`` that has some."""
    found: defaultdict[int, Marks] = defaultdict(dict)
    rows = generation.collection(MARKS).find({"month": {"$in": months}}, session=session)
    for row in await rows.to_list(None):
        found[row["month"]][row["lane"]] = row["mark"]
    return {**found}


@dataclass(slots=True)
class Remembered:
    """The totals that were asked for last, each with the marks under which they hold."""

    _known: OrderedDict[Asked, tuple[Marks, MonthTotals]] = field(default_factory=OrderedDict)

    def get(self, asked: Asked, now: Marks | None) -> MonthTotals | None:
        """Return the totals; None where they are not known, or no longer hold."""
        known = self._known.get(asked)
        if known is None or known[0] != now:
            return None
        self._known.move_to_end(asked)
        return known[1]

    def keep(self, asked: Asked, now: Marks, totals: MonthTotals) -> None:
        """Remember totals, and forget those that nobody has asked for the longest."""
        self._known[asked] = (now, totals)
        self._known.move_to_end(asked)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
