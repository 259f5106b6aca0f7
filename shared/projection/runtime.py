"""One projection in one process: the subscriber, its lanes, and what an operator sees of them."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Generic

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream.kafka import KafkaBroker
from pymongo.errors import PyMongoError

from shared.deadletter import DeadLetters
from shared.mongo import Client, Database, ensure_collection
from shared.projection import stuck
from shared.projection.counts import Counts
from shared.projection.deciding import Deciding
from shared.projection.decisions import Decisions
from shared.projection.generation import Generation, current, on_the_cluster
from shared.projection.lane import Lanes
from shared.projection.log import Log
from shared.projection.originals import Originals
from shared.projection.positions import POSITIONS
from shared.projection.records import Read, read
from shared.projection.seats import Seats
from shared.projection.spec import E, Projection, S
from shared.projection.subscriber import Batch, subscribed
from shared.projection.unit import CASES
from shared.projection.watch import Watch, unwatched
from shared.settings import Settings

log = structlog.get_logger()

# A transaction costs much the same for one record as for a hundred: after a small batch, what comes within
# this is applied together. A figure is the fresher by it under load, and a tenth of a second older without.
_FEW_RECORDS = 1_000
_GATHER_SECONDS = 0.1
_RETRY_SECONDS = 1.0
# An operator waits for this; a look costs nothing while nothing was decided.
_DECIDE_SECONDS = 0.2


async def prepare(generation: Generation, projection: Projection[S, E]) -> None:
    """Make every collection and index of a generation; they exist before its first record."""
    wanted = {CASES: (), POSITIONS: ()} | dict(projection.collections)
    for name, indexes in wanted.items():
        collection = await ensure_collection(generation.database, generation.collection_name(name))
        for keys in indexes:
            await collection.create_index(keys)
    await stuck.index(generation.collection(CASES))


class Runtime(Generic[S, E]):
    """Runs a projection; run as many as there are partitions, under different NANXUN_INSTANCE names.

    Args:
        settings: where Kafka is, and the name of this process.
        client: connected with the projections' time limit.
        database: the service's own.
        projection: what to run.
        read: how records are read.
    """

    def __init__(
        self,
        settings: Settings,
        client: Client,
        database: Database,
        projection: Projection[S, E],
        *,
        read: Read = read,
    ) -> None:
        self._settings = settings
        self._client = client
        self._database = database
        self._projection = projection
        self._read = read
        self._seats: Seats | None = None

    async def ready(self) -> list[str]:
        """Say what keeps it from work: the servers it waits for, or the names of what stopped a lane."""
        if self._seats is None:
            return ["Kafka or MongoDB"]
        stopped = sorted({why.name for why in self._seats.stopped.values()})
        return stopped or ([] if self._seats.settled() else ["the positions of some partitions"])

    async def run(self) -> None:
        """Apply what comes until cancelled; what cannot be reached is waited for."""
        unwatched(self._projection.name)
        generation = await self._prepared()
        name = on_the_cluster(self._database, self._projection.name)
        looks, dead = Log(self._settings), DeadLetters(self._settings, name)
        seats = Seats(generation, looks)
        decisions = Decisions(name)
        originals = Originals(Log(self._settings), self._settings.partitions, self._read)
        deciding = Deciding(self._client, self._projection, seats, decisions, originals)
        lanes = Lanes(deciding, dead)

        async def apply(batch: Batch) -> None:
            await _apply(lanes, seats, batch)

        def fresh() -> KafkaBroker:
            return subscribed(self._settings, name, self._projection.topics, seats, apply)

        async with AsyncExitStack() as ending:
            ending.push_async_callback(looks.close)
            ending.push_async_callback(dead.close)
            ending.push_async_callback(originals.close)
            async with asyncio.TaskGroup() as tasks:
                # From the start: what waits for a server is behind as well.
                watch = Watch(self._settings, self._projection, self._projection.name, seats)
                tasks.create_task(watch.run(), name="watch")
                tasks.create_task(Counts(self._projection.name, seats).run(), name="counts")
                broker = await self._started(fresh)
                ending.push_async_callback(broker.stop)
                tasks.create_task(decisions.follow(self._settings), name="decisions")
                tasks.create_task(_seat(decisions, seats), name="seating")
                tasks.create_task(_decide(deciding, lanes, seats), name="deciding")
                self._seats = seats

    async def _prepared(self) -> Generation:
        """The current generation, with all of its collections."""
        while True:
            try:
                generation = await current(self._database, self._projection.name)
                await prepare(generation, self._projection)
            except PyMongoError as error:
                self._waits(error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return generation

    async def _started(self, fresh: Callable[[], KafkaBroker]) -> KafkaBroker:
        while True:
            # One that failed to start is not started again: its subscriber would never read.
            broker = fresh()
            try:
                await broker.start()
            except KafkaError as error:
                self._waits(error)
                await broker.stop()
                await asyncio.sleep(_RETRY_SECONDS)
            except BaseException:
                await broker.stop()
                raise
            else:
                return broker

    def _waits(self, error: Exception) -> None:
        log.warning("projection-waits", projection=self._projection.name, error=str(error)[:200])


async def _seat(decisions: Decisions, seats: Seats) -> None:
    """Seat what is wanted, once everything is known that operators have decided."""
    await decisions.known.wait()
    await seats.run()


async def _decide(deciding: Deciding[S, E], lanes: Lanes[S, E], seats: Seats) -> None:
    """See to decisions in every lane that this process works, also while nothing arrives."""
    while True:
        await asyncio.sleep(_DECIDE_SECONDS)
        deciding.unstick()
        for lane in sorted({at.partition for at in seats.seated}):
            if deciding.due(lane):
                await lanes.decide(lane)


async def _apply(lanes: Lanes[S, E], seats: Seats, batch: Batch) -> None:
    """Apply a batch, its lanes side by side, and tell Kafka how far it went; that is for lag tools only."""
    shares: defaultdict[int, list[ConsumerRecord]] = defaultdict(list)
    for record in batch:
        shares[record.partition].append(record)
    await asyncio.gather(*(lanes.apply(lane, records) for lane, records in shares.items()))
    reached = {
        partition: seats.seated[partition].next
        for partition in {TopicPartition(record.topic, record.partition) for record in batch}
        if partition in seats.seated
    }
    consumer = seats.consumer_of()
    if reached and consumer is not None:
        with suppress(KafkaError, IllegalStateError):
            await consumer.commit(reached)
    if len(batch) < _FEW_RECORDS:
        await asyncio.sleep(_GATHER_SECONDS)
