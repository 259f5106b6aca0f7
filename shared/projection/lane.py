"""What a lane does with its share of a batch: units in turn, and what follows when one fails."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic, perf_counter
from typing import Generic

import structlog
from aiokafka import ConsumerRecord, TopicPartition

from shared import metrics
from shared.deadletter import DeadLetter, DeadLetters
from shared.events.wire import Unreadable
from shared.projection.deciding import Deciding, parts
from shared.projection.decisions import DECIDED
from shared.projection.failures import blamed, passes, reason
from shared.projection.log import Stopped
from shared.projection.pace import Pace
from shared.projection.patience import Patience
from shared.projection.records import Item
from shared.projection.seats import Seat
from shared.projection.spec import E, S
from shared.projection.unit import Tally, Unit

log = structlog.get_logger()

# It takes some tenths of a second of a process that is at work.
_SWEEP_SECONDS = 10.0


class Lanes(Generic[S, E]):
    """Applies records, lane by lane; a failure of one lane leaves the others alone."""

    def __init__(self, deciding: Deciding[S, E], dead: DeadLetters) -> None:
        self._client = deciding.client
        self._projection = deciding.projection
        self._generation = deciding.seats.generation
        self._seats = deciding.seats
        self._deciding = deciding
        self._dead = dead
        self._pace = Pace()
        self._patience = Patience()
        self._sweep_at = monotonic() + _SWEEP_SECONDS
        # A lane's records and what is decided for it are worked one after the other.
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def apply(self, lane: int, records: list[ConsumerRecord]) -> None:
        """Apply a lane's records in order; what could not be applied is read again."""
        touched = {TopicPartition(record.topic, record.partition) for record in records}
        seats = {partition: self._seats.seated.get(partition) for partition in touched}
        within = self._seats.within(records)
        async with self._at_work(lane, touched):
            await self._settle(lane)
            for part in parts(within, self._size(lane), self._deciding.decisions.starts):
                if not await self._unit(lane, part, seats):
                    break
                await self._settle(lane)
        if len(within) < len(records):
            self._seats.cut(touched)

    async def decide(self, lane: int) -> None:
        """See to what operators decided for a lane, also while nothing arrives."""
        touched = {at for at in self._seats.seated if at.partition == lane}
        async with self._at_work(lane, touched):
            await self._settle(lane)

    async def _settle(self, lane: int) -> None:
        if self._deciding.due(lane):
            self._count(await self._deciding.settle(lane))

    @asynccontextmanager
    async def _at_work(self, lane: int, touched: set[TopicPartition]) -> AsyncIterator[None]:
        """Work a lane, one at a time; what fails leaves it where its stored positions say."""
        try:
            async with self._turns[lane]:
                yield
        except Stopped as why:
            self._seats.stop(lane, why)
        except Exception as error:
            where = {"projection": self._seats.label, "lane": lane}
            if passes(error):
                cause = reason(error)
                metrics.projection_retries.labels(self._seats.label, cause).inc()
                log.warning("lane-reads-again", **where, reason=cause, error=str(error)[:200])
                self._patience.refused(lane)
            else:
                self._patience.failed(lane)
                log.exception("lane-failed", **where)
            self._seats.reseat(touched, after=self._patience.seconds(lane))
            self._sweep()
        else:
            self._patience.went_on(lane)

    def _sweep(self) -> None:
        """Have Python look for cycles: what failed before holds itself by its traceback, and what it read."""
        if monotonic() >= self._sweep_at:
            gc.collect()
            self._sweep_at = monotonic() + _SWEEP_SECONDS

    def _size(self, lane: int) -> int:
        return 1 if self._patience.is_over(lane) else self._pace.size

    async def _unit(
        self, lane: int, records: list[ConsumerRecord], seats: dict[TopicPartition, Seat | None]
    ) -> bool:
        """Apply one unit; False when the lane has been taken away or does not go on here."""
        expected: dict[TopicPartition, int] = {}
        for record in records:
            expected.setdefault(TopicPartition(record.topic, record.partition), record.offset)
        if not self._goes_on(lane, expected, seats):
            return False
        items = [self._deciding.read(record) for record in records]
        await self._bury(items)
        began = perf_counter()
        try:
            tally = await self._commit(lane, Unit(lane, items, expected))
        finally:
            # One that ran into its time limit too: as large as it was, it would do so again.
            seconds = perf_counter() - began
            self._pace.took(len(items), seconds)
        metrics.projection_batch_seconds.labels(self._seats.label).observe(seconds)
        self._count(tally)
        self._advance(items, seats)
        return True

    async def _bury(self, items: list[Item]) -> None:
        """Keep what cannot be read; a generation that must wait reads only what another has read before."""
        if self._seats.standing.until is None:
            letters = [letter for item in items if (letter := _letter(item))]
            await self._dead.send(letters, counted=self._seats.standing.current)

    async def _commit(self, lane: int, unit: Unit[S, E]) -> Tally:
        try:
            return await unit.commit(self._client, self._projection, self._generation)
        except Exception as bug:
            if passes(bug) or len(unit.items) > 1 or not self._patience.is_over(lane):
                raise
            log.exception("case-parked", projection=self._seats.label, lane=lane)
            parking = replace(unit, blamed=bug)
            return await blamed(parking.commit(self._client, self._projection, self._generation))

    def _goes_on(
        self, lane: int, firsts: dict[TopicPartition, int], seats: dict[TopicPartition, Seat | None]
    ) -> bool:
        """Whether these records are what must come next; if not, read again, and stop at a real gap."""
        for partition, first in firsts.items():
            seat = seats[partition]
            mine = seat is not None and self._seats.seated.get(partition) is seat
            if seat is not None and mine and seat.next == first:
                continue
            if seat is not None and mine and seat.fresh and first > seat.next:
                gap = f"{partition.topic}/{partition.partition} goes on at {first}, not at {seat.next}"
                self._seats.stop(lane, Stopped("log-gap", gap))
            else:
                # Also those that were right: their records are dropped here, and must come again.
                right = (at for at, seat in seats.items() if seat and self._seats.seated.get(at) is seat)
                self._seats.reseat(right)
            return False
        return True

    def _advance(self, items: list[Item], seats: dict[TopicPartition, Seat | None]) -> None:
        for item in items:
            seat = seats[item.at]
            if seat is not None:
                seat.next, seat.fresh = item.record.offset + 1, False

    def _count(self, tally: Tally) -> None:
        for (event, verdict), count in tally.verdicts.items():
            metrics.projection_events.labels(self._seats.label, event, verdict).inc(count)


def _letter(item: Item) -> DeadLetter | None:
    """What to keep of a record that cannot be read; one that was decided on has its letter already."""
    why = item.decoded
    return DeadLetter(item.record, why) if isinstance(why, Unreadable) and why.reason != DECIDED else None
