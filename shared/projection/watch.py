"""What an operator sees of a generation's lanes; true also while nothing arrives and nobody answers.

Ages are told as of when somebody asks, from what was known last: while a server is away they go on growing. A
process that is stuck altogether tells nobody anything, which is an alert of its own.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared import metrics
from shared.alive import see_alive
from shared.projection.log import Log
from shared.projection.positions import stored
from shared.projection.reached import Reached
from shared.projection.seats import Seats
from shared.projection.spec import Projection
from shared.series import Series
from shared.settings import Settings

# Half the age that the promise allows: what is not known to be applied counts as missing.
_LOOK_SECONDS = 0.5
# A server that is away must not keep the other one from being asked.
_PATIENCE_SECONDS = 5.0
# What is so old is worth a look at the record itself; a few at a time, since each is a fetch.
_OLD_SECONDS = 5.0
_READ_AT_ONCE = 2

_Values = dict[tuple[str, ...], Callable[[], float]]


def unwatched(label: str) -> None:
    """Show from now that nothing is known of a projection's lag, until somebody has looked."""
    since = monotonic()
    metrics.projection_lag_known_seconds.labels(label).set_function(lambda: monotonic() - since)


@dataclass(slots=True)
class Watch:
    """Watches the lanes of one generation.

    Attributes:
        settings: where Kafka is.
        projection: what is run.
        seats: where its partitions stand.
    """

    settings: Settings
    projection: Projection[Any, Any]
    seats: Seats
    _since: float = field(default_factory=monotonic)
    _reached: dict[TopicPartition, Reached] = field(default_factory=dict)
    _lag: Series = field(default_factory=lambda: Series(metrics.projection_lag_records))
    _known: Series = field(default_factory=lambda: Series(metrics.projection_lag_known_seconds))
    _fresh: Series = field(default_factory=lambda: Series(metrics.projection_freshness_seconds))
    _stopped: Series = field(default_factory=lambda: Series(metrics.projection_lane_stopped))

    async def run(self) -> None:
        """Keep the metrics of the generation true until cancelled; then it is another's to tell.

        Raises:
            Lifeless: the consumer will never bring anything again.
        """
        log = Log(self.settings)
        try:
            while True:
                if (consumer := self.seats.consumer_of()) is not None:
                    see_alive(consumer)
                self._keep(self.seats.assigned() or self._all())
                self._show()
                # What cannot be asked ages, and is seen to.
                with suppress(KafkaError, TimeoutError):
                    async with asyncio.timeout(_PATIENCE_SECONDS):
                        await self._look(log)
                        await self._read(log)
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            for series in (self._lag, self._known, self._fresh, self._stopped):
                series.clear()
            await log.close()

    def _all(self) -> set[TopicPartition]:
        """Every partition: of lanes that nobody works, somebody must tell."""
        names = [self.settings.topic(topic) for topic in self.projection.topics]
        return {TopicPartition(name, n) for name in names for n in range(self.settings.partitions)}

    def _keep(self, watched: set[TopicPartition]) -> None:
        now = monotonic()
        self._reached = {at: self._reached.get(at) or Reached(now) for at in watched}

    async def _look(self, log: Log) -> None:
        at = list(self._reached)
        before, nexts = monotonic(), await self._nexts()
        bounds = await log.bounds(at)
        # A log that shrank or was made anew fails every fetch from here; a seat taken again says what it is.
        seated = [p for p in self.seats.seated if p in nexts and p in bounds]
        if astray := [p for p in seated if not bounds[p][0] <= nexts[p] <= bounds[p][1]]:
            self.seats.reseat(astray)
        for partition in at:
            if partition in nexts:
                why = self.seats.stopped.get(partition.partition)
                other = why is not None and why.name == "other-log"
                self._reached[partition].look(bounds[partition], nexts[partition], before, other=other)

    async def _nexts(self) -> dict[TopicPartition, int]:
        """What is applied next: as it is worked, else as it is stored, else as it was known last."""
        known = {at: reached.next for at, reached in self._reached.items() if reached.next is not None}
        unseated = [at for at in self._reached if at not in self.seats.seated]
        found: dict[TopicPartition, int] = {}
        if unseated:
            # While the store is away it cannot move either.
            with suppress(PyMongoError, TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS / 2):
                    positions = await stored(self.seats.generation, unseated)
                found = {at: position.next for at, position in positions.items()}
        seated = {at: seat.next for at, seat in self.seats.seated.items() if at in self._reached}
        return known | found | seated

    async def _read(self, log: Log) -> None:
        """Learn from the oldest record that is not applied since when it waits, where that is long."""
        now = monotonic()
        behind = [(at, one) for at, one in self._reached.items() if one.lag() and one.read != one.next]
        old = sorted(
            (pair for pair in behind if _old(pair[1], now)), key=lambda pair: pair[1].complete or 0.0
        )
        for at, reached in old[:_READ_AT_ONCE]:
            offset = reached.next or 0
            record = await log.record(at, offset)
            if record is not None:
                # Its time is what its producer said, and -1 where that said nothing.
                said = record.timestamp > 0
                came = monotonic() - (_now() - record.timestamp / 1_000) if said else None
                reached.oldest(offset, came)

    def _show(self) -> None:
        lags, topics = _Values(), defaultdict[str, list[TopicPartition]](list)
        for at, reached in self._reached.items():
            topic = at.topic.removeprefix(self.settings.topic(""))
            topics[topic].append(at)
            if reached.looked is not None:
                lags[self.seats.label, topic, str(at.partition)] = self._lag_of(at)
        self._lag.show(lags)
        self._fresh.show({(self.seats.label, topic): self._age_of(of) for topic, of in topics.items()})
        self._known.show({(self.seats.label,): self._unknown})
        self._stopped.show(
            {self._stop(lane, why.name): lambda: 1.0 for lane, why in self.seats.stopped.items()}
        )

    def _stop(self, lane: int, reason: str) -> tuple[str, ...]:
        return self.seats.label, str(lane), reason

    def _lag_of(self, at: TopicPartition) -> Callable[[], float]:
        return lambda: self._now_at(at).lag()

    def _age_of(self, partitions: list[TopicPartition]) -> Callable[[], float]:
        return lambda: max(self._now_at(at).age(monotonic()) for at in partitions)

    def _unknown(self) -> float:
        now = monotonic()
        return max((one.unknown(now) for one in self._reached.values()), default=now - self._since)

    def _now_at(self, at: TopicPartition) -> Reached:
        reached, seat = self._reached[at], self.seats.seated.get(at)
        if seat is not None:
            reached.advance(seat.next)
        return reached


def _old(reached: Reached, now: float) -> bool:
    return reached.complete is None or now - reached.complete > _OLD_SECONDS


def _now() -> float:
    return datetime.now(UTC).timestamp()
