"""Applies the rows of an import, as many at a time as the store writes together."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from services.enterprises.api import registration
from services.enterprises.domain import Enterprise
from services.enterprises.imports.rows import Row
from services.enterprises.imports.tally import Tally
from services.enterprises.store import Registry
from shared.clock import Now, now
from shared.events.enterprises import EnterpriseRegistered
from shared.events.rules import Actor, Refused
from shared.http import Problem
from shared.http.commands import digest, times, too_old
from shared.stream import Command, Outcome, Wish

# What one bulk write holds.
TOGETHER = 500


@dataclass(slots=True)
class Import:
    """One import.

    Attributes:
        key: its Idempotency-Key or one made for it; with the number and content of a line, the line's.
        may_repeat: its sender knows the key.
        backdate_days: how far back a line may lie, unless a service sends it.
    """

    registry: Registry
    by: Actor
    key: str
    may_repeat: bool
    clock: Now
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
        # One look at the clock for all of them: they are received, and recorded, together.
        received, recorded = now(), self.clock()
        wishes: list[Wish[Enterprise]] = []
        entered: list[Row] = []
        for row in waiting:
            try:
                wishes.append(self._wish(row, received, recorded))
                entered.append(row)
            except (Refused, Problem) as refusal:
                self._refuse(row, refusal)
        for row, verdict in zip(entered, await self.registry.stream.enter(wishes), strict=True):
            match verdict:
                case Outcome():
                    self.tally.count(_became(verdict))
                case Refused() | Problem():
                    self._refuse(row, verdict)
                case BaseException():
                    raise verdict

    def _refuse(self, row: Row, refusal: Refused | Problem) -> None:
        if isinstance(refusal, Problem):
            self.tally.refuse(row.line, refusal.errors)
        else:
            self.tally.refuse(row.line, refusal.fields or (("uscc", refusal.detail),))

    def _wish(self, row: Row, received: datetime, recorded: datetime) -> Wish[Enterprise]:
        assert row.row is not None
        when = times(row.row.occurred_at, recorded)
        asked = digest("PUT", "/v1/imports/enterprises", row.sent)
        command = Command(
            name="import",
            id=f"import-{sha256(f'{self.key} {row.line} {asked}'.encode()).hexdigest()}",
            digest=asked,
            expected=None,
            by=self.by,
            occurred_at=when.occurred_at,
            recorded_at=recorded,
            received_at=received,
            clock_skew=when.clock_skew,
            happens_now=when.happens_now,
            may_repeat=self.may_repeat,
            traceparent=self.traceparent,
            refusal=too_old(self.by, when.occurred_at, recorded, self.backdate_days),
        )
        return Wish(row.row.uscc, command, registration(row.row.uscc, row.row, self.by))


def _became(outcome: Outcome[Enterprise]) -> str:
    if not outcome.changed:
        return "unchanged"
    new = outcome.case.history[-1].type == EnterpriseRegistered.__name__
    return "registered" if new else "updated"
