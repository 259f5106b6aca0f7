"""Reads the roll-ups for a report: only the months, levels and groups that it needs, at one point in time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from functools import cache

from services.reporting.domain.periods import months
from services.reporting.domain.report import Counters, Row, added
from services.reporting.domain.rollups import TOTAL, Level, level_of
from services.reporting.store.months import Months, Stocks
from services.reporting.store.remembered import Remembered
from services.reporting.store.rollups import REMEMBERED, Areas, Paths
from shared.codes import industries
from shared.events.base import Size
from shared.mongo import Document, Session
from shared.projection import Generation

# So many of one area are read sooner than it is learnt whether they have changed.
_FEW_MONTHS = 24


class By(StrEnum):
    """What a report is divided by."""

    MONTH = "month"
    AREA = "area"
    INDUSTRY = "industry"
    SIZE = "size"


class OwnBy(StrEnum):
    """What the report of an enterprise is divided by."""

    MONTH = "month"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Range:
    """Months from ``first`` to ``last``, as known at the end of ``known`` (None: now); all YYYYMM."""

    first: int
    last: int
    known: int | None = None

    @property
    def length(self) -> int:
        """How many months there are."""
        return sum(1 for _ in months(self.first, self.last))


@dataclass(frozen=True, slots=True)
class Counted:
    """The counters of one area at one level: those of the range, and the stocks before it.

    Attributes:
        rows: documents with their month, and the counters under their groups.
        before: group to the parts of the stocks.
    """

    rows: list[Document]
    before: dict[str, Counters]

    def of(self, group: str) -> list[Row]:
        """The rows of one group."""
        return [Row.of(document, group) for document in self.rows]

    @staticmethod
    def together(parts: Iterable["Counted"]) -> "Counted":
        """Several areas as one."""
        parts = list(parts)
        groups = {group for part in parts for group in part.before}
        before = {group: added(part.before.get(group, {}) for part in parts) for group in groups}
        return Counted([row for part in parts for row in part.rows], dict(before))


@cache
def groups(by: By | None) -> Paths:
    """Return the paths of the groups that a division needs, the total always first."""
    if by is By.INDUSTRY:
        return (TOTAL, *(f"i.{section}" for section in sections()))
    if by is By.SIZE:
        return (TOTAL, *(f"s.{size}" for size in Size))
    return (TOTAL,)


def sections() -> list[str]:
    """Return the letters of the industry sections."""
    return [code for code in industries.listed().entries if len(code) == 1]


@dataclass(slots=True)
class Reading:
    """One point in time of a generation, the months that are asked for, and what is known of them."""

    generation: Generation
    session: Session
    span: Range
    remembered: InitVar[Remembered]
    _rollups: Months = field(init=False)

    def __post_init__(self, remembered: Remembered) -> None:
        self._rollups = Months(self.generation, self.session, self.span.last, remembered)

    async def counted(self, level: Level, area: str, by: By | None) -> dict[str, Counted]:
        """Return the counters of each area at ``level`` that lies in ``area``, by its code."""
        rows, before = await self._read(level, area, groups(by))
        found: defaultdict[str, Counted] = defaultdict(lambda: Counted([], {}))
        for row in rows:
            found[row["area"]].rows.append(row)
        for area_code, stocks in before.items():
            found[area_code].before.update(stocks)
        return {**found}

    async def _read(self, level: Level, area: str, paths: Paths) -> tuple[list[Document], dict[str, Stocks]]:
        """The documents of the months that are asked for, and the stocks of each area before them."""
        of, first = Areas(level, area, self.span.known), self.span.first
        if level is Level.PREFECTURE:
            # Its stocks are those of its counties; its own roll-ups hold none.
            return await self._rollups.rows(of, first, paths), {}
        remembered = level in REMEMBERED and paths == (TOTAL,)
        if (
            level_of(area) is level
            and paths == (TOTAL,)
            and not (remembered and self.span.length > _FEW_MONTHS)
        ):
            return await self._rollups.with_before(of, first, paths)
        before = await self._rollups.before(of, first, paths)
        if remembered:
            return await self._rollups.totals(of, first), before
        return await self._rollups.rows(of, first, paths), before
