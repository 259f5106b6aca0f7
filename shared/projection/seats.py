"""Which partitions this process works, and where each goes on; filled by the seating, used by the lanes."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared.projection.decisions import Settled
from shared.projection.generation import Generation, Standing
from shared.projection.log import Log, Stopped
from shared.projection.patience import backoff
from shared.projection.positions import stored

log = structlog.get_logger()


@dataclass(slots=True)
class Seat:
    """One partition that is being worked.

    Attributes:
        next: the offset that must come next.
        fresh: nothing was applied since it was read; another first offset is then a gap in the log.
        decided: what was seen to since of operators' decisions.
    """

    next: int
    fresh: bool = True
    decided: Settled = field(default_factory=Settled)


@dataclass(slots=True)
class Seats(ConsumerRebalanceListener):  # type: ignore[misc]
    """Keeps every assigned partition paused until its position was read, checked and sought.

    The listener itself only pauses: one that waits would race with the fetcher, one that raises would leave
    its partitions paused for ever. A partition that has come to where its generation must wait is paused too.

    Attributes:
        standing: what the generation is at the moment.
        stopped: lanes that stand still until an operator acts.
        seated: the partitions that are being worked.
    """

    generation: Generation
    log: Log
    consumer_of: Callable[[], AIOKafkaConsumer | None] = lambda: None
    standing: Standing = field(default_factory=Standing)
    stopped: dict[int, Stopped] = field(default_factory=dict)
    seated: dict[TopicPartition, Seat] = field(default_factory=dict)
    _wanted: set[TopicPartition] = field(default_factory=set)
    _not_before: dict[int, float] = field(default_factory=dict)
    _waiting: set[TopicPartition] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Pause what was assigned, and have it seated; whatever else had a seat by then is another's."""
        mine = set(assigned)
        await self.on_partitions_revoked((self.seated.keys() | self._wanted | self._waiting) - mine)
        # Whatever is still amiss with a lane is found again.
        self.stopped.clear()
        self._pause(mine)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Forget what was revoked; a transaction under way finds out by its position."""
        for partition in revoked:
            self.seated.pop(partition, None)
            self._wanted.discard(partition)
            self._waiting.discard(partition)
            self.stopped.pop(partition.partition, None)

    def reseat(self, partitions: Iterable[TopicPartition], *, after: float = 0.0) -> None:
        """Read the positions of these partitions again before anything more is applied, ``after`` seconds."""
        assigned = self._consumer().assignment()
        mine = {at for at in partitions if at in assigned and at.partition not in self.stopped}
        if after:
            for lane in {partition.partition for partition in mine}:
                self._later(lane, after)
        self._pause(mine)

    def stop(self, lane: int, why: Stopped) -> None:
        """Leave a lane paused until an operator rebuilds."""
        self.stopped[lane] = why
        log.error("lane-stopped", projection=self.label, lane=lane, reason=why.name, detail=str(why))
        self._pause({partition for partition in self.seated if partition.partition == lane})
        # Also what still waits for its seat: one topic of a lane must not go on without the others.
        self._wanted = {partition for partition in self._wanted if partition.partition != lane}

    def again(self, lane: int) -> None:
        """Try a lane once more that stood still, since what stopped it may be mended."""
        self.stopped.pop(lane, None)
        self.reseat([at for at in self._consumer().assignment() if at.partition == lane])

    def assigned(self) -> set[TopicPartition]:
        """Return the partitions that are this process's to work, whether it does or not."""
        consumer = self.consumer_of()
        return set(consumer.assignment()) if consumer is not None else set()

    @property
    def label(self) -> str:
        """How metrics and logs call the generation; the one that is read has the projection's plain name."""
        name = self.generation.projection
        return name if self.standing.current else f"{name}@{self.generation.number}"

    def take(self, standing: Standing) -> None:
        """Go on as what the generation has become; partitions that waited go on as far as they may."""
        self.standing = standing
        for partition in list(self._waiting):
            seat = self.seated[partition]
            if not standing.waits(partition, seat.next):
                self._go_on(partition, seat)

    def within(self, records: list[ConsumerRecord]) -> list[ConsumerRecord]:
        """Return those records that the generation may read by now."""
        if self.standing.until is None:
            return records
        return [
            record
            for record in records
            if not self.standing.waits(TopicPartition(record.topic, record.partition), record.offset)
        ]

    def cut(self, partitions: Iterable[TopicPartition]) -> None:
        """Have partitions go on from where they stand, or wait there: what was fetched beyond was left."""
        for partition in partitions:
            seat = self.seated.get(partition)
            if seat is not None:
                self._consumer().pause(partition)
                self._go_on(partition, seat)

    def _go_on(self, partition: TopicPartition, seat: Seat) -> None:
        consumer = self._consumer()
        consumer.seek(partition, seat.next)
        if self.standing.waits(partition, seat.next):
            self._waiting.add(partition)
        else:
            self._waiting.discard(partition)
            consumer.resume(partition)

    def settled(self) -> bool:
        """Whether every assigned partition is being worked."""
        return not self._wanted and not self.stopped

    def _consumer(self) -> AIOKafkaConsumer:
        consumer = self.consumer_of()
        assert consumer is not None, "the consumer is there before its listener is called"
        return consumer

    def _pause(self, partitions: set[TopicPartition]) -> None:
        consumer = self._consumer()
        consumer.pause(*partitions)
        for partition in partitions:
            # A placeholder, never read from: a partition without a position is an error to the fetcher.
            consumer.seek(partition, 0)
            self.seated.pop(partition, None)
            self._waiting.discard(partition)
        self._wanted |= partitions
        self._changed.set()

    def _later(self, lane: int, after: float) -> None:
        """Seat a lane no sooner than ``after`` seconds from now."""
        self._not_before[lane] = monotonic() + after
        # A little later, since the loop's clock is coarser.
        asyncio.get_running_loop().call_later(after + 0.01, self._changed.set)

    async def run(self) -> None:
        """Seat what is wanted until cancelled; what cannot be reached is waited for, behind all others."""
        failures = Counter[int]()
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = {partition.partition for partition in self._wanted}
            for lane in sorted(wanted, key=lambda lane: (failures[lane], lane)):
                if self._not_before.get(lane, 0.0) > monotonic():
                    continue
                try:
                    await self._seat(lane)
                except (KafkaError, PyMongoError) as error:
                    log.warning("seating-waits", projection=self.label, lane=lane, error=str(error)[:200])
                    failures[lane] += 1
                    self._later(lane, backoff(failures[lane]))
                else:
                    failures.pop(lane, None)

    async def _seat(self, lane: int) -> None:
        partitions = [partition for partition in self._wanted if partition.partition == lane]
        positions = await stored(self.generation, partitions)
        try:
            await self.log.check(positions)
        except Stopped as why:
            # Revoked while we read: another process finds it.
            if self._wanted & set(partitions) & self.assigned():
                self.stop(lane, why)
            return
        consumer = self._consumer()
        for partition, position in positions.items():
            # Revoked while we read: another process seats it.
            if partition in self._wanted and partition in consumer.assignment():
                seat = self.seated[partition] = Seat(position.next)
                self._go_on(partition, seat)
            self._wanted.discard(partition)
