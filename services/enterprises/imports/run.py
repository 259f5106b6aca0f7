"""Applies the rows of an import, as many at a time as the store writes together."""

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import orjson

from services.enterprises.api import registration
from services.enterprises.imports.rows import Row
from services.enterprises.imports.tally import Tally
from services.enterprises.store import Registry
from shared.clock import now
from shared.events.enterprises import EnterpriseRegistered
from shared.events.rules import Actor, Refused
from shared.http import Problem
from shared.http.commands import Clock, digest, times, too_old
from shared.stream import Command

# What one bulk write holds.
TOGETHER = 500


@dataclass(slots=True)
class Import:
    """One import.

    Attributes:
        key: its Idempotency-Key or one made for it; with the number and content of a line, the line's.
        backdate_days: how far back a line may lie, unless a service sends it.
    """

    registry: Registry
    by: Actor
    key: str
    clock: Clock
    backdate_days: int
    traceparent: str | None = None
    tally: Tally = field(default_factory=Tally)
    _waiting: dict[str, Row] = field(default_factory=dict)

    async def take(self, rows: AsyncIterable[Row]) -> None:
        """Apply the rows as they come; two of one enterprise one after the other.

        Whatever ends the rows early, those that came are applied.

        Raises:
            Unavailable: the store went away; the same import again goes on where this one ended.
        """
        try:
            async for row in rows:
                if row.row is None:
                    self.tally.refuse(row.line, row.faults)
                    continue
                if row.row.uscc in self._waiting or len(self._waiting) == TOGETHER:
                    await self._apply()
                self._waiting[row.row.uscc] = row
        finally:
            await self._apply()

    async def _apply(self) -> None:
        waiting = list(self._waiting.values())
        self._waiting.clear()
        verdicts = await asyncio.gather(*map(self._one, waiting), return_exceptions=True)
        for row, verdict in zip(waiting, verdicts, strict=True):
            match verdict:
                case Refused():
                    self.tally.refuse(row.line, verdict.fields or (("uscc", verdict.detail),))
                case Problem():
                    self.tally.refuse(row.line, verdict.errors)
                case BaseException():
                    raise verdict
                case _:
                    self.tally.count(verdict)

    async def _one(self, row: Row) -> str:
        assert row.row is not None
        uscc = row.row.uscc
        command = self._command(row, row.row.occurred_at)
        outcome = await self.registry.stream.execute(uscc, command, registration(uscc, row.row, self.by))
        if not outcome.changed:
            return "unchanged"
        new = outcome.case.history[-1].type == EnterpriseRegistered.__name__
        return "registered" if new else "updated"

    def _command(self, row: Row, said: datetime | None) -> Command:
        content = orjson.dumps([self.key, row.line, row.sent], option=orjson.OPT_SORT_KEYS)
        received = now()
        recorded = self.clock()
        occurred, skew = times(said, recorded)
        return Command(
            name="import",
            id=f"import-{sha256(content).hexdigest()}",
            digest=digest("PUT", "/v1/imports/enterprises", row.sent),
            expected=None,
            by=self.by,
            occurred_at=occurred,
            recorded_at=recorded,
            received_at=received,
            clock_skew=skew,
            traceparent=self.traceparent,
            refusal=too_old(self.by, occurred, recorded, self.backdate_days),
        )
