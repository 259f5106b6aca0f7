"""From counters to the figures of a report."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from services.reporting.domain.activity import distinct
from services.reporting.domain.days import quantile
from services.reporting.domain.figures import COUNTED, NAMES, OPEN_BALANCE, Derived, Stock
from services.reporting.domain.periods import months

# What must be known of the months before a range, to say what there is at the end of it.
STOCK_PARTS: tuple[str, ...] = (*OPEN_BALANCE, Stock.ENTERPRISES_REGISTERED)
_MEDIAN, _P95 = 50, 95

Counters = Mapping[str, int]
Totals = dict[str, int | None]


class Row(NamedTuple):
    """Counters of one month, from one bucket and one recorded month."""

    month: int
    counters: Counters

    @classmethod
    def of(cls, document: Mapping[str, Any], path: str) -> Self:
        """Return the counters of one group of a document; ``path`` is like ``t`` or ``i.C``."""
        counters = document
        for name in path.split("."):
            counters = counters.get(name, {})
        return cls(document["month"], counters)


@dataclass(frozen=True, slots=True)
class Series:
    """The counters of one area, or of one group of it.

    Attributes:
        rows: of a range of months.
        before: the parts of the stocks in all months before the range.
        reporting: where the counters of active enterprises are, if not in ``rows``: those of the areas below
            do not add up, since an enterprise may be active in two.
    """

    rows: list[Row] = field(default_factory=list)
    before: Counters = field(default_factory=dict)
    reporting: list[Row] | None = None

    def totals(self, first: int, last: int) -> Totals:
        """Return every figure of the months from ``first`` to ``last``."""
        inside = [row.counters for row in self.rows if first <= row.month <= last]
        if self.reporting is None:
            active = None
        else:
            active = [row for row in self.reporting if first <= row.month <= last]
        return _totals(added(inside), self._stocks(first), active, first, last)

    def each_month(self, first: int, last: int) -> list[tuple[int, Totals]]:
        """Return every figure of each month from ``first`` to ``last``; its stocks are at its end.

        Each row is read once, whatever the number of months.
        """
        rows, active = _of_months(self.rows), None if self.reporting is None else _of_months(self.reporting)
        before, found = self._stocks(first), list[tuple[int, Totals]]()
        for month in months(first, last):
            counted = added(row.counters for row in rows.get(month, ()))
            own = None if active is None else active.get(month, [])
            found.append((month, _totals(counted, before, own, month, month)))
            before = _stocks([before, counted])
        return found

    def _stocks(self, first: int) -> Counters:
        """Return the parts of the stocks before a month."""
        return _stocks([self.before, *(row.counters for row in self.rows if row.month < first)])


def _of_months(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.month].append(row)
    return found


def _stocks(parts: Sequence[Counters]) -> Counters:
    return {name: sum(part.get(name, 0) for part in parts) for name in STOCK_PARTS}


def _totals(counted: Counters, before: Counters, active: list[Row] | None, first: int, last: int) -> Totals:
    """Return every figure of some months, from their counters and from the stocks before them."""
    # Whose counters were added up already: rows are thousands, and their sum says the same.
    rows = [Row(last, counted)] if active is None else active
    there = _stocks([before, counted])
    figures: Totals = {NAMES[figure]: counted.get(figure, 0) for figure in COUNTED}
    figures[Stock.HAZARDS_OPEN.value] = sum(sign * there[flow] for flow, sign in OPEN_BALANCE.items())
    figures[NAMES[Stock.ENTERPRISES_REGISTERED]] = there[Stock.ENTERPRISES_REGISTERED]
    figures[Derived.ENTERPRISES_REPORTING.value] = distinct(rows, first)
    figures[Derived.DAYS_MEDIAN.value] = quantile(counted, _MEDIAN)
    figures[Derived.DAYS_P95.value] = quantile(counted, _P95)
    return figures


def added(parts: Iterable[Counters]) -> Counter[str]:
    """Return the sum of counters; what is not there is 0."""
    total: dict[str, int] = {}
    # Asked for with its default: a nation's provinces over a year are 200,000 counters, of a few names each.
    known = total.get
    for part in parts:
        for name, amount in part.items():
            total[name] = known(name, 0) + amount
    return Counter(total)
