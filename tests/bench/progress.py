"""How fast something goes on: looks at a counter from outside, and the rate between two of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from pymongo import AsyncMongoClient

from deploy.local.processes import Child
from tests.bench.meter import Meter

# Often against rounds of seconds, seldom against what a look costs.
_LOOK_SECONDS = 0.1
# Nothing that is measured here stands still for so long unless it is broken.
_STANDSTILL_SECONDS = 120
_LAST_WORDS = 2_000

Count = Callable[[], Awaitable[int]]


class Standstill(Exception):  # noqa: N818 - what became of a measurement
    """What is measured has ended, or does not go on."""


async def rate(
    count: Count, upto: int, child: Child, *, seconds: float | None = None, meter: Meter | None = None
) -> float:
    """Return how many a second were counted from the first step to ``upto``, or for so many ``seconds``.

    The start of the process and its first step are left out: the one is no work, the other has no beginning.
    ``meter`` reads what that costs.

    Raises:
        Standstill: it stops before.
    """
    first, began = await _moved(count, await count(), child)
    last, at = first, began
    if meter is not None:
        meter.begin(child)
    while last < upto and (seconds is None or at - began < seconds):
        last, at = await _moved(count, last, child)
    if meter is not None:
        meter.end(child, last - first)
    return (last - first) / (at - began) if at > began else float("nan")


async def reached(count: Count, upto: int, child: Child) -> None:
    """Return when so many are counted.

    Raises:
        Standstill: it stops before.
    """
    now = await count()
    while now < upto:
        now, _ = await _moved(count, now, child)


async def _moved(count: Count, before: int, child: Child) -> tuple[int, float]:
    """The next other count, and when it was seen."""
    deadline = time.perf_counter() + _STANDSTILL_SECONDS
    while time.perf_counter() < deadline and child.running:
        now = await count()
        if now > before:
            return now, time.perf_counter()
        await asyncio.sleep(_LOOK_SECONDS)
    said = child.log.read_text(encoding="utf-8", errors="replace")
    raise Standstill(f"{child.name} stands at {before}; its last words: {said[-_LAST_WORDS:]}")


def summed(client: AsyncMongoClient[dict[str, Any]], database: str, collection: str, field: str) -> Count:
    """Return a count: the sum of a field over a small collection."""
    pipeline = [{"$group": {"_id": None, "sum": {"$sum": f"${field}"}}}]

    async def count() -> int:
        found = await (await client[database][collection].aggregate(pipeline)).to_list()
        return int(found[0]["sum"]) if found else 0

    return count
