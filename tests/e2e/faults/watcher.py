"""Reads reports while faults happen, and checks what has to hold in any one, and from one to the next."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import httpx2

from tests.e2e.faults.figures import ADDITIVE
from tests.e2e.faults.report import Reader, months

_PAUSE_SECONDS = 0.5
_DIVISIONS = ("month", "area", "industry", "size")
_MOVES = {"reported": 1, "reopened": 1, "resolutions": -1, "dismissed": -1, "merged": -1}


@dataclass(slots=True)
class Watcher:
    """What a reader has seen so far.

    Attributes:
        reports: how many were read; those that nobody answered are not among them.
        wrong: what no report may say.
    """

    reader: Reader
    chance: Random
    reports: int = 0
    wrong: list[str] = field(default_factory=list)
    _offsets: dict[tuple[int, str, str], int] = field(default_factory=dict)
    _as_of: dict[int, datetime] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Read during the block."""
        reading = asyncio.create_task(self._read())
        try:
            yield
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading

    async def _read(self) -> None:
        while True:
            by = self.chance.choice(_DIVISIONS)
            # Whoever is away, or busy beyond its time limit, is asked again.
            with contextlib.suppress(httpx2.HTTPError):
                self.take(await self.reader.area("CN", months(), by=by), by)
            await asyncio.sleep(_PAUSE_SECONDS)

    def take(self, report: dict[str, Any], by: str) -> None:
        """Check a report."""
        self.reports += 1
        self.wrong += _adds_up(report, by)
        if by == "month":
            self.wrong += _balances(report)
        self.wrong += self._goes_on(report["provenance"])

    def _goes_on(self, provenance: dict[str, Any]) -> Iterator[str]:
        generation = provenance["generation"]
        for topic, parts in provenance["offsets"].items():
            for number, following in parts.items():
                before = self._offsets.get((generation, topic, number), 0)
                if following < before:
                    yield f"{topic} {number} was counted to {before}, and later to {following}"
                self._offsets[generation, topic, number] = following
        if provenance["as_of"] is not None:
            said = datetime.fromisoformat(provenance["as_of"])
            before_it = self._as_of.get(generation, said)
            if said < before_it:
                yield f"everything before {before_it} was in a report, and later only before {said}"
            self._as_of[generation] = said


def _adds_up(report: dict[str, Any], by: str) -> Iterator[str]:
    for figure in ADDITIVE:
        parts = sum(group["totals"][figure] for group in report["groups"])
        if parts != report["totals"][figure]:
            yield f"{figure} is {report['totals'][figure]}, and {parts} by {by}"


def _balances(report: dict[str, Any]) -> Iterator[str]:
    """Open at the end of each month: open before, and what came and went."""
    groups = [group["totals"] for group in report["groups"]]
    before = groups[0]["hazards_open"]
    for group in groups[1:]:
        expected = before + sum(sign * group[f"hazards_{name}"] for name, sign in _MOVES.items())
        if group["hazards_open"] != expected:
            yield f"{group['hazards_open']} hazards are open, where {expected} follow from the month before"
        before = group["hazards_open"]
