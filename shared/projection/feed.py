"""Feeds one generation in one process: its subscriber, its lanes, and what an operator sees of them."""

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack, suppress
from contextvars import Context
from typing import Generic

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream.kafka import KafkaBroker
from pymongo.errors import PyMongoError

from shared import kafka
from shared.deadletter import DeadLetters
from shared.edition import Edition
from shared.mongo import Client
from shared.projection.counts import Counts
from shared.projection.deciding import Deciding
from shared.projection.decisions import Decisions
from shared.projection.generation import Generation, Standing
from shared.projection.lane import Lanes
from shared.projection.log import Log
from shared.projection.originals import Originals
from shared.projection.records import Read
from shared.projection.seats import Seats
from shared.projection.spec import E, Projection, S
from shared.projection.storage import prepare
from shared.projection.subscriber import GRACE_SECONDS, Batch, subscribed
from shared.projection.watch import Watch
from shared.settings import Settings
from shared.working import unending

log = structlog.get_logger()

# A transaction costs much the same for one record as for a hundred: after a small batch, what comes within
# this is applied together. A figure is the fresher by it under load, and a tenth of a second older without.
_FEW_RECORDS = 1_000
_GATHER_SECONDS = 0.1
_RETRY_SECONDS = 1.0
# Only lag tools read it; a broker that is there answers within milliseconds.
_TELL_SECONDS = 1.0
# Behind the grace that a batch under way has: for leaving the group.
_LEAVING_SECONDS = 2.0
# An operator waits for this; a look costs nothing while nothing was decided.
_DECIDE_SECONDS = 0.2


class Feed(Generic[S, E]):
    """Applies the log to one generation.

    Args:
        settings: where Kafka is, which edition of the log is meant, and the name of this process.
        client: connected with the projections' time limit.
        projection: what to run.
        generation: where it is kept.
        decisions: what operators have decided, whatever the generation.
        read: how records are read.
    """

    def __init__(  # noqa: PLR0913 - what a generation needs to be fed
        self,
        settings: Settings,
        client: Client,
        projection: Projection[S, E],
        generation: Generation,
        *,
        decisions: Decisions,
        read: Read,
    ) -> None:
        self._settings = settings
        self._projection = projection
        self._generation = generation
        self._log = Log(settings)
        # A letter goes by the name that its topic has in its edition.
        self._dead = DeadLetters(settings.on(Edition(1, settings.partitions)), decisions.projection)
        self._originals = Originals(Log(settings), settings.partitions, read)
        self._begun = False
        self.seats = Seats(generation, self._log)
        self._deciding = Deciding(client, projection, self.seats, decisions, self._originals)
        self._lanes = Lanes(self._deciding, self._dead)

    def take(self, standing: Standing) -> None:
        """Go on as what the generation has become."""
        self.seats.take(standing)

    def troubles(self) -> list[str]:
        """Say what keeps it from work: the servers it waits for, or the names of what stopped a lane."""
        if not self._begun:
            return ["Kafka or MongoDB"]
        stopped = sorted({why.name for why in self.seats.stopped.values()})
        return stopped or ([] if self.seats.settled() else ["the positions of some partitions"])

    async def run(self) -> None:
        """Apply what comes until cancelled; what cannot be reached is waited for."""
        async with AsyncExitStack() as ending:
            ending.push_async_callback(self._log.close)
            ending.push_async_callback(self._dead.close)
            ending.push_async_callback(self._originals.close)
            await self._prepared()
            async with asyncio.TaskGroup() as tasks:
                # From the start: what waits for a server is behind as well.
                watch = Watch(self._settings, self._projection, self.seats)
                tasks.create_task(unending(watch.run()), name="watch")
                tasks.create_task(unending(Counts(self.seats).run()), name="counts")
                broker = await self._started()
                ending.push_async_callback(kafka.stop, broker, within=GRACE_SECONDS + _LEAVING_SECONDS)
                tasks.create_task(unending(self._seat()), name="seating")
                tasks.create_task(unending(self._decide()), name="deciding")
                self._begun = True

    async def _prepared(self) -> None:
        while True:
            try:
                await prepare(self._generation, self._projection)
            except PyMongoError as error:
                self._waits(error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _started(self) -> KafkaBroker:
        while True:
            # One that failed to start is not started again: its subscriber would never read.
            group, topics = self._generation.group, self._projection.topics
            broker = subscribed(self._settings, group, topics, self.seats, self._apply)
            try:
                await kafka.start(broker)
            except KafkaError as error:
                self._waits(error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return broker

    def _waits(self, error: Exception) -> None:
        log.warning("projection-waits", projection=self.seats.label, error=str(error)[:200])

    async def _seat(self) -> None:
        """Seat what is wanted, once everything is known that operators have decided."""
        await self._deciding.decisions.known.wait()
        await self.seats.run()

    async def _decide(self) -> None:
        """See to decisions in every lane that this process works, also while nothing arrives."""
        while True:
            await asyncio.sleep(_DECIDE_SECONDS)
            self._deciding.unstick()
            for lane in sorted({at.partition for at in self.seats.seated}):
                if self._deciding.due(lane):
                    await self._lanes.decide(lane)

    async def _apply(self, batch: Batch) -> None:
        """Apply a batch outside of the framework's context.

        A producer or a connection that begins meanwhile would keep that, and the batch in it, while it lives.
        """
        await asyncio.create_task(self._applied(batch), context=Context())

    async def _applied(self, batch: Batch) -> None:
        """Apply a batch, lanes side by side, and tell Kafka how far it went; that is for lag tools only."""
        shares: defaultdict[int, list[ConsumerRecord]] = defaultdict(list)
        for record in batch:
            shares[record.partition].append(record)
        await asyncio.gather(*(self._lanes.apply(lane, records) for lane, records in shares.items()))
        reached = {
            partition: self.seats.seated[partition].next
            for partition in {TopicPartition(record.topic, record.partition) for record in batch}
            if partition in self.seats.seated
        }
        consumer = self.seats.consumer_of()
        if reached and consumer is not None:
            # By itself it is tried until a coordinator is found, and nothing is applied meanwhile.
            with suppress(KafkaError, IllegalStateError, TimeoutError):
                async with asyncio.timeout(_TELL_SECONDS):
                    await consumer.commit(reached)
        if len(batch) < _FEW_RECORDS:
            await asyncio.sleep(_GATHER_SECONDS)
