"""What an operator sees of one generation that a process works: its lag and how fresh it is."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic

from aiokafka.errors import KafkaError

from shared import metrics
from shared.projection.lane import Lanes
from shared.projection.log import Log
from shared.projection.seats import Seats
from shared.projection.spec import E, S
from shared.settings import Settings

_WATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Watch(Generic[S, E]):
    """Watches the lanes of one generation.

    Attributes:
        settings: where Kafka is.
        label: how the metrics call the generation.
        seats: where its partitions stand.
        lanes: what was applied.
    """

    settings: Settings
    label: str
    seats: Seats
    lanes: Lanes[S, E]

    async def run(self) -> None:
        """Keep lag and freshness true, also while nothing arrives; by a look of its own at the log."""
        watched = Log(self.settings)
        try:
            while True:
                await asyncio.sleep(_WATCH_SECONDS)
                with suppress(KafkaError):
                    await self._gauge(watched)
        finally:
            await watched.close()

    async def _gauge(self, watched: Log) -> None:
        at = {partition: seat.next for partition, seat in self.seats.seated.items()}
        bounds = await watched.bounds(list(at)) if at else {}
        # A log that shrank or was made anew fails every fetch from here; a seat taken again says what it is.
        self.seats.reseat([p for p, (begin, end) in bounds.items() if not begin <= at[p] <= end])
        behind: defaultdict[str, int] = defaultdict(int)
        for partition, following in at.items():
            lag = max(bounds[partition][1] - following, 0)
            behind[partition.topic] += lag
            labels = (self.label, self._plain(partition.topic), str(partition.partition))
            metrics.projection_lag_records.labels(*labels).set(lag)
        for topic, newest in self.lanes.newest.items():
            age = (datetime.now(UTC) - newest).total_seconds() if behind[topic] else 0.0
            metrics.projection_freshness_seconds.labels(self.label, self._plain(topic)).set(age)

    def _plain(self, topic: str) -> str:
        return topic.removeprefix(self.settings.topic(""))
