"""What has not reached Kafka yet: how much, and for how long; true also while nothing can be sent."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.mongo import Database
from shared.relay.known import Editions
from shared.relay.waiting import LATEST, Oldest, SetBack, count

log = structlog.get_logger()

_GAUGE_SECONDS = 1.0
# Every case waits after a topic was set back to unpublished. To count them each second would keep the store
# from its work: counting takes a tenth of the time, and goes as far as it gets within seconds.
_SHARE = 0.1


@dataclass(slots=True)
class Gauge:
    """Keeps the metrics of a service's unpublished events.

    Attributes:
        database: the service's own.
        service: whose metrics they are.
        kinds: its streams.
        editions: what of them was set back to unpublished, and the store's clock.
    """

    database: Database
    service: str
    kinds: tuple[str, ...]
    editions: Editions
    _streams: list[Oldest] = field(init=False)
    _known: SetBack = field(default_factory=SetBack)
    _floor: datetime | None = None
    _count_at: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self._streams = [Oldest(self.database[kind]) for kind in self.kinds]

    async def run(self) -> None:
        """Keep them true until cancelled."""
        self._shown(monotonic())
        while True:
            try:
                await self._look()
            except PyMongoError as error:
                # What was known last ages, and is seen to.
                log.warning("unpublished-unknown", service=self.service, error=type(error).__name__)
            await asyncio.sleep(_GAUGE_SECONDS)

    async def _look(self) -> None:
        began, set_back, clock = monotonic(), self.editions.set_back, self.editions.clock
        if set_back.going_on or set_back != self._known:
            # What is set back waits since any time.
            self._floor = None
        await self._age()
        if began >= self._count_at:
            try:
                counted = sum(
                    [await count(stream.collection, floor=stream.bound) for stream in self._streams]
                )
                metrics.unpublished_events.labels(self.service).set(counted)
            finally:
                # What ran into its time limit too: it took the more.
                self._count_at = began + (monotonic() - began) / _SHARE
        self._floor, self._known = None if clock is None else clock - LATEST, set_back

    async def _age(self) -> None:
        looked, at = self.editions.now(), monotonic()
        known = [oldest for stream in self._streams if (oldest := await stream.look(self._floor))]
        age = (looked - min(known)).total_seconds() if known else 0.0
        self._shown(at - max(age, 0.0))

    def _shown(self, since: float) -> None:
        """Show for how long something may have waited, also while the store cannot be asked."""
        gauge = metrics.unpublished_oldest_seconds.labels(self.service)
        gauge.set_function(lambda: monotonic() - since)
