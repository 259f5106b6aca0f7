"""How fast stored events are sent and marked, beside a bare producer that sends the same records."""

import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import Any

from pymongo import AsyncMongoClient

from deploy.nation import Nation
from services.hazards.app import NAME
from services.hazards.bus import STREAMS
from shared import kafka, mongo
from shared.events.base import CaseFact, Recorded, Role
from shared.events.rules import Actor, Private
from shared.events.wire import Record, encode
from shared.mongo import Document
from shared.settings import Settings
from shared.stream import Command
from shared.stream.documents import UNPUBLISHED_INDEX, VALIDATOR, Entry, slot
from tests.bench import room
from tests.bench.frame import Figures, Round, Trial
from tests.bench.ground import Ground, role
from tests.bench.progress import rate

(KIND,) = STREAMS
_ROUND, _QUICK_ROUND = 60_000, 6_000
_INSERTED_TOGETHER = 1_000
_WORKER = Actor("worker", Role.WORKER)
_WAITING = {"slot": {"$gte": 0}, "unpublished_since": {"$exists": True}}


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    """Each round stores other cases; of each only its last step waits, as in the course of a day."""
    async with ground.corner() as settings, AsyncMongoClient[Document](settings.mongo) as client:
        stream = client[settings.database(NAME)][KIND]
        await _prepare(settings)
        histories, stored = _histories(Nation(2)), 0

        async def measure() -> Figures:
            nonlocal stored
            count = _QUICK_ROUND if ground.quick else _ROUND
            cases = list(islice(histories, count))
            stored += sum(map(len, cases))
            for start in range(0, count, _INSERTED_TOGETHER):
                rows = [_document(case) for case in cases[start : start + _INSERTED_TOGETHER]]
                await stream.insert_many(rows, ordered=False)

            async def marked() -> int:
                return count - await stream.count_documents(_WAITING)

            meter = ground.meter("relay")
            async with role(settings, NAME, "relay") as child:
                ours = await rate(marked, count, child, meter=meter)
            return {
                "ours": ours,
                **meter.figures(),
                "stream bytes": await room.of_collections(client, settings.database(NAME), [KIND]) / stored,
                "bare producer": await _bare(settings, [encode(case[-1]) for case in cases]),
            }

        yield measure


TRIAL = Trial("relay", _rounds)


async def _prepare(settings: Settings) -> None:
    client = mongo.connect(settings.mongo)
    made = await mongo.ensure_collection(client[settings.database(NAME)], KIND, validator=VALIDATOR)
    await made.create_index(**UNPUBLISHED_INDEX)
    client.close()


def _histories(nation: Nation) -> Iterator[list[Recorded[CaseFact]]]:
    """Yield hazards with all that happened to each; nothing apart, they come one after the other."""
    for _, events in groupby(nation.stream(apart=0), key=lambda event: event.subject):
        history = list(events)
        if history[0].fact.kafka_topic == KIND:
            yield history


def _document(history: list[Recorded[CaseFact]]) -> dict[str, Any]:
    last = history[-1]
    entries = []
    for event in history:
        command = Command("step", event.id, "digest", None, _WORKER, event.occurred_at, event.recorded_at)
        entries.append(Entry.of(event, command, Private("worker", {"text": "防护罩松动 " * 10})).document())
    return {
        "_id": last.subject,
        "version": last.sequence,
        "published": last.sequence - 1,
        "state": {},
        "key": last.fact.key,
        "slot": slot(last.subject),
        "events": entries,
        "unpublished_since": datetime.now(UTC),
    }


async def _bare(settings: Settings, records: list[Record]) -> float:
    """Return how many records a second are acknowledged, on a topic that nobody uses."""
    topic = settings.topic("programme")
    async with kafka.producer(settings) as producer:
        await producer.send_and_wait(topic, b"", key=b"first")
        began = time.perf_counter()
        for record in records:
            await producer.send(topic, record.value, key=record.key, headers=record.headers)
        await producer.flush()
        return len(records) / (time.perf_counter() - began)
