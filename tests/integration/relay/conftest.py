"""Stream documents that wait to be published, and what has come of them in Kafka."""

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared import mongo
from shared.events.base import Role
from shared.events.rules import Actor, Private
from shared.mongo import Database
from shared.settings import Settings
from shared.stream import Command
from shared.stream.documents import UNPUBLISHED_INDEX, VALIDATOR, Entry, slot
from tests.facts import NOON, event

ANN = Actor("ann", Role.WORKER)


@dataclass
class Stock:
    """The stream documents of one kind, written as the write side writes them."""

    database: Database
    versions: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def add(self, case: str, events: int = 1, *, enterprise: str = "E1") -> None:
        """Store further events of a case."""
        for _ in range(events):
            version = self.versions[case] = self.versions[case] + 1
            command = Command("step", f"{case}-{version}", "digest", None, ANN, NOON, NOON)
            entry = Entry.of(event(case, version, enterprise), command, Private("ann", {}))
            change = {
                "$set": {"version": version, "state": {}, "key": entry.key, "slot": slot(case)},
                "$push": {"events": entry.document()},
                "$min": {"unpublished_since": datetime.now(UTC)},
                "$setOnInsert": {"published": 0},
            }
            where = {"_id": case, "version": version - 1}
            await self.database["hazards"].update_one(where, change, upsert=True)

    async def unpublished(self) -> int:
        """How many documents still wait."""
        waiting: int = await self.database["hazards"].count_documents(
            {"unpublished_since": {"$exists": True}}
        )
        return waiting

    async def all_marked(self) -> bool:
        """Whether every document says that all of it was acknowledged."""
        documents = await self.database["hazards"].find().to_list(None)
        return all(d["published"] == d["version"] and "unpublished_since" not in d for d in documents)


@dataclass
class Published:
    """What stands on a topic."""

    consumer: AIOKafkaConsumer
    records: list[ConsumerRecord] = field(default_factory=list)

    async def read(self) -> list[ConsumerRecord]:
        """Everything that is there by now."""
        for found in (await self.consumer.getmany(timeout_ms=20)).values():
            self.records += found
        return self.records

    async def has(self, count: int) -> bool:
        """Whether at least so many records are there."""
        return len(await self.read()) >= count

    def told(self) -> dict[str, list[int]]:
        """The sequences of every case, repeats dropped as consumers drop them."""
        cases: defaultdict[str, list[int]] = defaultdict(list)
        for record in self.records:
            said = dict(record.headers)
            case, sequence = said["ce_subject"].decode(), int(said["ce_sequence"])
            if sequence > (cases[case] or [0])[-1]:
                cases[case].append(sequence)
        return dict(cases)

    def in_order(self, versions: dict[str, int]) -> bool:
        """Whether every case was told whole and in order."""
        return self.told() == {case: list(range(1, n + 1)) for case, n in versions.items()}


@pytest.fixture
async def stock(settings: Settings) -> AsyncIterator[Stock]:
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    database = client[settings.database("hazards")]
    collection = await mongo.ensure_collection(database, "hazards", validator=VALIDATOR)
    await collection.create_index(**UNPUBLISHED_INDEX)
    yield Stock(database)
    client.close()


@pytest.fixture
async def published(settings: Settings, topics: list[str]) -> AsyncIterator[Published]:
    assert settings.topic("hazards") in topics
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka, auto_offset_reset="earliest") as consumer:
        at = [TopicPartition(settings.topic("hazards"), n) for n in range(settings.partitions)]
        consumer.assign(at)
        yield Published(consumer)
