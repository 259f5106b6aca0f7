"""Months as reports name them, ``2015-11``, and as counters do, ``201511``."""

import re
from collections.abc import Iterator

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_MONTHS = 12


def parse(text: str) -> int:
    """Return the month as ``YYYYMM``.

    Raises:
        ValueError: it is not written as ``YYYY-MM``.
    """
    found = _MONTH.fullmatch(text)
    if not found:
        raise ValueError("should be a month such as 2015-11")
    return int(found[1]) * 100 + int(found[2])


def show(month: int) -> str:
    """Return the month as ``YYYY-MM``."""
    return f"{month // 100:04d}-{month % 100:02d}"


def months(first: int, last: int) -> Iterator[int]:
    """Yield the months from ``first`` to ``last``, both included."""
    while first <= last:
        yield first
        first = first + 1 if first % 100 < _MONTHS else first + 100 - (_MONTHS - 1)
