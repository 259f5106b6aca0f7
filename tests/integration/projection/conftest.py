"""A projection that tells which events it has applied, and what a test needs to feed and to watch it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from pymongo import UpdateOne

from shared import kafka, mongo
from shared.events.wire import Record
from shared.mongo import Client, Database, Document
from shared.partition import partition
from shared.projection import Generation, Lane, Projection, Runtime, hashed
from shared.projection import records as reading
from shared.projection.documents import CASES, case_id
from shared.projection.records import Read
from shared.settings import Settings
from shared.topics import DEAD
from tests.lanes.telling import Telling, tell

SERVICE = "reporting"


async def write(lane: Lane, effects: list[Telling]) -> None:
    """Write down every effect, as often as it comes."""
    told: defaultdict[str, list[int]] = defaultdict(list)
    for effect in effects:
        told[effect.subject].append(effect.sequence)
    operations = [
        UpdateOne(
            {"_id": hashed(subject)},
            {
                "$set": {"subject": subject},
                "$push": {"sequences": {"$each": told[subject]}},
                "$addToSet": {"lanes": lane.number},
            },
            upsert=True,
        )
        for subject in told
    ]
    await lane.generation.collection("told").bulk_write(operations, session=lane.session)


def unchanged(document: Document) -> Document:
    return document


TALES: Projection[Document, Telling] = Projection(
    name="tales",
    topics=("hazards", "suggestions"),
    fold=tell,
    dump=unchanged,
    load=unchanged,
    sink=write,
    collections={"told": ([("subject", 1)],)},
)


def enterprise(lane: int, partitions: int, nth: int = 0) -> str:
    """The ``nth`` enterprise whose events go to ``lane``."""
    keys = (f"E{n}" for n in range(1_000))
    fitting = [key for key in keys if partition(key.encode(), partitions) == lane]
    return fitting[nth]


@dataclass
class Stage:
    """One projection between a topic and a database of the test's own."""

    settings: Settings
    client: Client
    producer: AIOKafkaProducer
    projection: Projection[Document, Any] = TALES

    @property
    def database(self) -> Database:
        """The database of the service that has the projection."""
        return self.client[self.settings.database(SERVICE)]

    @property
    def generation(self) -> Generation:
        """The first generation, which is the one that is fed."""
        return Generation(self.database, self.projection.name, 1)

    def playing(self, **changes: Any) -> "Stage":
        """The same stage with another projection on it."""
        return replace(self, projection=replace(self.projection, **changes))

    @asynccontextmanager
    async def running(
        self, instance: str = "one", *, read: Read = reading.read
    ) -> AsyncIterator[Runtime[Document, Any]]:
        """Run the projection while the block does."""
        named = self.settings.model_copy(update={"instance": instance})
        runtime = Runtime(named, self.client, self.database, self.projection, read=read)
        task = asyncio.create_task(runtime.run())
        try:
            yield runtime
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def send(self, records: Iterable[Record], *, partition: int | None = None) -> None:
        """Put records on their topics, in this order."""
        sent = [
            await self.producer.send(
                self.settings.topic(record.topic),
                record.value,
                key=record.key,
                headers=record.headers,
                partition=partition,
            )
            for record in records
        ]
        await asyncio.gather(*sent)

    async def told(self) -> dict[str, list[int]]:
        """The events that were applied, by case, in their order."""
        rows = await self.generation.collection("told").find().to_list(None)
        return {row["subject"]: row["sequences"] for row in rows}

    async def has_told(self, **expected: Iterable[int]) -> bool:
        """Whether exactly this was applied."""
        assert await self.told() == {subject: list(sequences) for subject, sequences in expected.items()}
        return True

    async def case(self, subject: str, enterprise: str) -> Document | None:
        """The document of a case."""
        found: Document | None = await self.generation.collection(CASES).find_one(
            {"_id": case_id(enterprise, subject)}
        )
        return found

    async def position(self, topic: str, lane: int) -> Document:
        """The stored position of a partition."""
        where = {"topic": self.settings.topic(topic), "partition": lane}
        return await self.generation.collection("positions").find_one(where) or {"next": 0}

    async def reaches(self, topic: str, lane: int, offset: int) -> bool:
        """Whether the partition's position is at ``offset``."""
        assert (await self.position(topic, lane))["next"] == offset
        return True

    async def dead(self, topic: str = "hazards") -> list[ConsumerRecord]:
        """The dead letters of a topic."""
        name = self.settings.topic(topic) + DEAD
        at = [TopicPartition(name, n) for n in range(self.settings.partitions)]
        letters: list[ConsumerRecord] = []
        async with AIOKafkaConsumer(bootstrap_servers=self.settings.kafka) as consumer:
            ends = await consumer.end_offsets(at)
            consumer.assign(at)
            await consumer.seek_to_beginning()
            while len(letters) < sum(ends.values()):
                for found in (await consumer.getmany(timeout_ms=50)).values():
                    letters += found
        return letters


@pytest.fixture(autouse=True)
def brief_logs() -> Iterator[None]:
    """Log lines as a process writes them: drawing each frame of a trace with its variables takes seconds."""
    before = structlog.get_config()
    stamp, level = structlog.processors.TimeStamper(fmt="iso"), structlog.processors.add_log_level
    traces = structlog.processors.format_exc_info
    structlog.configure(processors=[level, stamp, traces, structlog.processors.JSONRenderer()])
    yield
    structlog.configure(**before)


@asynccontextmanager
async def stage_on(settings: Settings) -> AsyncIterator[Stage]:
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    try:
        async with kafka.producer(settings) as producer:
            yield Stage(settings, client, producer)
    finally:
        client.close()


@pytest.fixture
async def stage(settings: Settings, topics: list[str]) -> AsyncIterator[Stage]:
    assert settings.topic("hazards") in topics
    async with stage_on(settings) as ready:
        yield ready
