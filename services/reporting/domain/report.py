"""From counters to the figures of a report."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from services.reporting.domain.activity import distinct
from services.reporting.domain.days import quantile
from services.reporting.domain.figures import COUNTED, NAMES, OPEN_BALANCE, Derived, Stock

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
        earlier = [row.counters for row in self.rows if row.month < first]
        counted = added(inside)
        if self.reporting is None:
            # Whose counters were added up already: rows are thousands, and their sum says the same.
            reporting = [Row(last, counted)]
        else:
            reporting = [row for row in self.reporting if first <= row.month <= last]
        return totals(counted, before=added([self.before, *earlier]), reporting=distinct(reporting, first))


def totals(counted: Counters, *, before: Counters, reporting: int) -> Totals:
    """Return every figure of some months, from their counters and from the stocks before them."""
    there = added([before, counted])
    figures: Totals = {NAMES[figure]: counted.get(figure, 0) for figure in COUNTED}
    figures[Stock.HAZARDS_OPEN.value] = sum(sign * there[flow] for flow, sign in OPEN_BALANCE.items())
    figures[NAMES[Stock.ENTERPRISES_REGISTERED]] = there[Stock.ENTERPRISES_REGISTERED]
    figures[Derived.ENTERPRISES_REPORTING.value] = reporting
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
