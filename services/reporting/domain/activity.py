"""Distinct enterprises over any range of months, without a scan.

A roll-up counts, for each month, its active enterprises by their previous active month. The distinct ones
in [a, b] are those whose first active month in the range has its previous one before a: each is met exactly
once. What was known when is kept the same way: a late event changes today's answer and no earlier one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

_PREFIX = "p"
_NEVER = 0

# Active month to the month in which we first learnt of it; both YYYYMM.
Known = Mapping[int, int]


class Active(NamedTuple):
    """An enterprise was active in a month, before that in ``previous`` (0: never), known in ``recorded``."""

    month: int
    previous: int
    recorded: int


def counter_of(previous: int) -> str:
    """Return the counter of enterprises whose previous active month is ``previous``."""
    return f"{_PREFIX}{previous}"


def contributions(known: Known) -> Counter[Active]:
    """Return what an enterprise adds to the counters, in whatever order it was learnt.

    The sum over all recorded months up to R is what was known at the end of R.
    """
    added: Counter[Active] = Counter()
    for recorded in sorted(set(known.values())):
        months = [month for month in known if known[month] <= recorded]
        before = [month for month in known if known[month] < recorded]
        for month, previous in _pairs(months) - _pairs(before):
            added[Active(month, previous, recorded)] += 1
        for month, previous in _pairs(before) - _pairs(months):
            added[Active(month, previous, recorded)] -= 1
    return added


def change(before: Known, after: Known) -> Counter[Active]:
    """Return what learning of a month adds to the counters."""
    if not before and len(after) == 1:
        # The first that is heard of an enterprise, as most is.
        ((month, recorded),) = after.items()
        return Counter({Active(month, _NEVER, recorded): 1})
    delta = contributions(after)
    delta.subtract(contributions(before))
    return Counter({active: amount for active, amount in delta.items() if amount})


def merged(known: Iterable[Known]) -> dict[int, int]:
    """Return the months of several cells together, each with the earliest we learnt of it."""
    months: dict[int, int] = {}
    for cell in known:
        for month, recorded in cell.items():
            months[month] = min(months.get(month, recorded), recorded)
    return months


def distinct(rows: Iterable[tuple[int, Mapping[str, int]]], first: int) -> int:
    """Return the distinct enterprises of rows (month, counters) of a range that begins at ``first``."""
    return sum(
        count
        for _, counters in rows
        for name, count in counters.items()
        if name.startswith(_PREFIX) and int(name.removeprefix(_PREFIX)) < first
    )


def _pairs(months: list[int]) -> set[tuple[int, int]]:
    return {(month, previous) for previous, month in pairwise([_NEVER, *sorted(months)])}
