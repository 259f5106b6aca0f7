"""Days to resolve, in bins of one day: they can be added up for any area, and their quantiles are exact."""

from collections.abc import Mapping
from datetime import datetime, timedelta

_PREFIX = "d"
_DAY = timedelta(days=1)


def days_between(reported: datetime, resolved: datetime) -> int:
    """Return the whole days from a report to its resolution."""
    return (resolved - reported) // _DAY


def bin_of(days: int) -> str:
    """Return the counter of cases that were resolved within ``days``."""
    return f"{_PREFIX}{days}"


def quantile(counters: Mapping[str, int], percent: int) -> int | None:
    """Return the smallest number of days within which ``percent`` of the cases were resolved.

    None where there are no cases: a figure without its denominator is unknown, and not zero.
    """
    bins = sorted(
        (int(name.removeprefix(_PREFIX)), count)
        for name, count in counters.items()
        if name.startswith(_PREFIX) and name.removeprefix(_PREFIX).isdecimal()
    )
    cases = sum(count for _, count in bins)
    seen = 0
    for days, count in bins:
        seen += count
        if count and seen * 100 >= cases * percent:
            return days
    return None
