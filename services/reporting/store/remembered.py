"""Sums over whole months that reports have added up before, and how it is known that they still hold.

The nation by province over a year is 4,500 documents, and 130,000 of thirty years before it, of which all but
those of the last months are as they were at the report before. Each unit of work leaves a mark, drawn at
random, on every month that it changes; a report reads the marks in its own snapshot, and adds up anew where
they differ. Equal marks mean that the same units wrote last, in every lane, so that nothing else can stand
there. A month without a mark holds nothing.

A mark says how a month was written, and not what: two builds from one log have different ones.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from sys import intern
from typing import NamedTuple

from services.reporting.domain.report import Counters
from services.reporting.store.rollups import AT_ONCE, MARKS, Areas, Paths
from shared.mongo import Session
from shared.projection import Generation

# In counters, of some 50 bytes. A year of the nation's provinces is 60,000, the stocks before it 10,000.
_MOST = 1_500_000
# What an entry, and the counters of an area, take by themselves.
_OF_ONE, _OF_AN_AREA = 20, 6
# Lanes' marks are compared by their sum: as many of their bits as a sum of some 32,000 holds exactly.
_SUMMED = 2**48

# Month to the sum of the marks of its lanes.
Marks = dict[int, int]
# Area to its counters.
Sums = dict[str, Counters]


class Kind(StrEnum):
    """What was added up: all counters, or the parts of the stocks."""

    TOTALS = "totals"
    STOCKS = "stocks"


class Asked(NamedTuple):
    """Which sums: over months from ``first`` to ``last``, YYYYMM."""

    generation: int
    kind: Kind
    of: Areas
    paths: Paths
    first: int
    last: int


class _Known(NamedTuple):
    mark: int
    sums: Sums
    size: int


async def marks(generation: Generation, session: Session, last: int) -> Marks:
    """Return the mark of each month up to ``last`` that has some."""
    summed = {"$sum": {"$mod": ["$mark", _SUMMED]}}
    rows = generation.collection(MARKS).aggregate(
        [{"$match": {"month": {"$lte": last}}}, {"$group": {"_id": "$month", "mark": summed}}],
        session=session,
        batchSize=AT_ONCE,
    )
    return {row["_id"]: row["mark"] for row in await rows.to_list(None)}


@dataclass(slots=True)
class Remembered:
    """The sums that were asked for last, each with the mark under which it holds.

    Attributes:
        most: how many counters are kept; what holds them counts as some more.
    """

    most: int = _MOST
    _known: OrderedDict[Asked, _Known] = field(default_factory=OrderedDict)
    _size: int = 0

    def get(self, asked: Asked, mark: int) -> Sums | None:
        """Return the sums; None where they are not known, or no longer hold."""
        known = self._known.get(asked)
        if known is None or known.mark != mark:
            return None
        self._known.move_to_end(asked)
        return known.sums

    def keep(self, asked: Asked, mark: int, sums: Sums) -> None:
        """Remember sums, and forget those that nobody has asked for the longest."""
        self._forget(self._known.pop(asked, None))
        # Names come anew with each document, and are larger than what they name: of each one is enough.
        own: Sums = {
            area: {intern(name): amount for name, amount in counters.items()}
            for area, counters in sums.items()
        }
        kept = _Known(mark, own, _OF_ONE + sum(_OF_AN_AREA + len(counters) for counters in own.values()))
        self._known[asked] = kept
        self._size += kept.size
        while self._size > self.most:
            self._forget(self._known.popitem(last=False)[1])

    def _forget(self, known: _Known | None) -> None:
        if known is not None:
            self._size -= known.size
