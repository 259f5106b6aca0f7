"""What one relay knows of the editions that it is to feed, and says of itself (ADR 18)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog
from pymongo.errors import PyMongoError

from shared.mongo import Database, Document
from shared.relay.editions import EDITIONS, PAUSE, Fed, stated_in
from shared.relay.waiting import SetBack
from shared.settings import Settings
from shared.stream.store_clock import SETTING_BACK, STATEMENT, STATEMENTS

log = structlog.get_logger()

_LOOK_SECONDS = 1.0


@dataclass(slots=True)
class Editions:
    """What one relay knows of the editions that it is to feed.

    Attributes:
        settings: of the first edition.
        database: the service's own.
        known: oldest first; empty until it was read once.
        paused: for which pause it is to stand still.
        set_back: what was set back to unpublished last, and what is.
        clock: the store's, at the last look.
        clock_at: when that was, by a clock that never runs backwards.
    """

    settings: Settings
    database: Database
    known: tuple[Fed, ...] = ()
    paused: str | None = None
    set_back: SetBack = field(default_factory=SetBack)
    clock: datetime | None = None
    clock_at: float = 0.0
    _at_work: int = 0

    async def run(self) -> None:
        """Follow it until cancelled; what was known last holds while the store is away."""
        while True:
            try:
                await self._look()
            except PyMongoError as error:
                log.warning("editions-unknown", error=type(error).__name__)
            await asyncio.sleep(_LOOK_SECONDS)

    def go_on(self) -> bool:
        """Whether anything may be sent now."""
        return bool(self.known) and self.paused is None

    def now(self) -> datetime:
        """Return the time by the store's clock, as far as it is known; until then by this machine's."""
        if self.clock is None:
            return datetime.now(UTC)
        return self.clock + timedelta(seconds=monotonic() - self.clock_at)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Send while the block runs."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1

    def said(self) -> Document:
        """Return what this relay says of itself: whatever it reads from now on goes to these editions."""
        still = None if self._at_work else self.paused
        return {EDITIONS: [one.document() for one in self.known], "paused": still}

    async def _look(self) -> None:
        lasts: Document = {"$gt": [f"${PAUSE}.until", "$$NOW"]}
        paused: Document = {"$cond": [lasts, f"${PAUSE}.token", None]}
        look = [
            {"$match": {"_id": STATEMENT}},
            {"$project": {EDITIONS: 1, "epoch": 1, SETTING_BACK: 1, "paused": paused, "clock": "$$NOW"}},
        ]
        began = monotonic()
        rows = await self.database[STATEMENTS].aggregate(look).to_list(None)
        stated: Document = rows[0] if rows else {}
        self.known, self.paused = stated_in(stated, self.settings), stated.get("paused")
        self.clock, self.clock_at = stated.get("clock"), began
        self.set_back = SetBack(stated.get("epoch", 0), bool(stated.get(SETTING_BACK)))
