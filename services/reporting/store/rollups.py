"""The collections of the figures.

Of a roll-up there is one document per lane, the bucket, so that two lanes never wait for one document;
reading adds the buckets up.
"""

from typing import NamedTuple

from services.reporting.domain.rollups import Key, Level, level_of
from shared.events.rules import NATION
from shared.mongo import Document
from shared.projection import Indexes, hashed

# Of the groups of counters inside a roll-up, like ``t`` and ``i.C``.
Paths = tuple[str, ...]

ROLLUPS = "rollups"
ENTERPRISES = "enterprises"
ACTIVITY = "activity"
MARKS = "marks"

#: Those whose sub-documents hold counters.
COUNTERS = frozenset({ROLLUPS, ENTERPRISES})

#: What tells roll-ups apart but for their lane.
BUCKETS = {ROLLUPS: Key._fields}

INDEXES: dict[str, Indexes] = {
    ROLLUPS: ([("level", 1), ("area", 1), ("month", 1)],),
    # Found by their ids: an index of its own would be written for nearly every case.
    ENTERPRISES: (),
    ACTIVITY: (),
    MARKS: ([("month", 1)],),
}
# By itself MongoDB answers with 101 first, and a nation's total over a year is more: a second turn at the
# server, in the middle of a projection's load. A reply ends at 16 MB in any case.
AT_ONCE = 10_000
# The levels whose totals are worth remembering: few documents, which every report of the nation reads.
REMEMBERED = frozenset({Level.NATION, Level.PROVINCE})


def rollup_id(key: Key, lane: int) -> str:
    """Return the id of the document of a lane."""
    return hashed(f"{key.area}:{key.month}:{key.recorded}:{lane}")


def rollup_fields(key: Key, lane: int) -> Document:
    """Return the fields by which reports find the document."""
    return {**key._asdict(), "lane": lane}


def learnt(known: int | None) -> Document:
    """Return the condition on when we learnt of what is counted: up to a month (None: whenever)."""
    return {} if known is None else {"recorded": {"$lte": known}}


class Areas(NamedTuple):
    """The areas at a level that lie in an area, as known at the end of a month (None: now)."""

    level: Level
    area: str
    known: int | None

    def where(self) -> Document:
        """Return the condition that finds their roll-ups."""
        return {"level": self.level, "area": self._inside()} | learnt(self.known)

    def _inside(self) -> Document | str:
        if level_of(self.area) is self.level:
            return self.area
        if self.area == NATION:
            return {"$gt": ""}
        # ":" is what follows "9": a range is what the index can do, and it holds unlisted codes too.
        return {"$gte": self.area, "$lt": f"{self.area}:"}


def own_id(enterprise: str, month: int, recorded: int) -> str:
    """Return the id of the counters of an enterprise; those of one stand together, in the order of months."""
    return f"{hashed(enterprise)}:{month:06d}:{recorded:06d}"


def own_until(enterprise: str, month: int) -> Document:
    """Return the condition on the ids of an enterprise's counters up to a month."""
    return {"$gt": own_id(enterprise, 0, 0), "$lt": own_id(enterprise, month + 1, 0)}


def mark_id(month: int, lane: int) -> str:
    """Return the id of the mark that a lane leaves on a month."""
    return hashed(f"{month}:{lane}")
