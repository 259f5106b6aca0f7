"""The relay of one service: reads what is unpublished, sends it, marks it, for every stream it has."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.events.wire import Record, record
from shared.mongo import Collection, Database, Document, ready
from shared.relay.gauge import UNPUBLISHED, watch
from shared.relay.leases import RENEW_SECONDS, Leases
from shared.relay.watermarks import Watermarks
from shared.sender import NotSent, Sender
from shared.settings import Settings
from shared.stream.documents import MOST_EVENTS, Entry

log = structlog.get_logger()

# One round: enough for full batches, little enough to be repeated cheaply after a crash.
_DOCUMENTS = 2_000
# How long an event may wait for the next look. A look costs much the same whatever it finds, so what comes
# within this goes together; only a full round is followed by the next at once.
_IDLE_SECONDS = 0.05
# After a failure of MongoDB or Kafka: doubled up to this, forever.
_LONGEST_BACKOFF = 5.0


@dataclass(slots=True)
class _Round:
    """What one look found: the records in order per case, and the versions they bring each case to."""

    records: list[Record]
    versions: dict[int, list[str]]


class Relay:
    """Publishes the events of a service's streams; run as many as you like.

    Args:
        settings: where Kafka is, and the name of this process.
        database: the service's own.
        service: for the metrics.
        kinds: the streams, each of which is a collection and a topic.
    """

    def __init__(
        self, settings: Settings, database: Database, *, service: str, kinds: tuple[str, ...]
    ) -> None:
        self._settings = settings
        self._database = database
        self._service = service
        self._kinds = kinds

    async def ready(self) -> list[str]:
        """Say what is away; a Kafka that is away only delays, since the store keeps what is to be sent."""
        try:
            await ready(self._database.client)
        except PyMongoError:
            return ["MongoDB"]
        return []

    async def run(self) -> None:
        """Publish until cancelled; what cannot be reached is waited for."""
        async with asyncio.TaskGroup() as tasks:
            shares: list[Leases] = []
            for kind in self._kinds:
                leases = Leases(self._database[f"{kind}_leases"], self._settings.instance)
                shares.append(leases)
                tasks.create_task(self._keep(leases), name=f"leases-{kind}")
                tasks.create_task(self._publish(kind, leases), name=f"relay-{kind}")
            tasks.create_task(watch(self._database, self._service, self._kinds), name="unpublished")
            said = Watermarks(self._settings, self._database, self._service, self._kinds)
            # One voice is enough, and any would be true.
            tasks.create_task(said.run(lambda: 0 in shares[0].held()), name="watermarks")

    async def _keep(self, leases: Leases) -> None:
        prepared = False
        try:
            while True:
                try:
                    if not prepared:
                        await leases.prepare()
                        prepared = True
                    await leases.renew()
                except PyMongoError as error:
                    log.warning("leases-not-renewed", service=self._service, error=type(error).__name__)
                await asyncio.sleep(RENEW_SECONDS)
        finally:
            # Whoever cannot give back its leases is replaced after its term.
            with suppress(PyMongoError):
                await asyncio.shield(leases.release())

    async def _publish(self, kind: str, leases: Leases) -> None:
        collection = self._database[kind]
        sender = Sender(self._settings)
        backoff = _IDLE_SECONDS
        try:
            while True:
                try:
                    full = await self._round(kind, collection, leases.held(), sender)
                except (NotSent, PyMongoError) as error:
                    log.warning("relay-waits", service=self._service, kind=kind, error=str(error)[:200])
                    await asyncio.sleep(backoff)
                    backoff = min(2 * backoff, _LONGEST_BACKOFF)
                else:
                    backoff = _IDLE_SECONDS
                    await asyncio.sleep(0 if full else _IDLE_SECONDS)
        finally:
            await sender.close()

    async def _round(self, kind: str, collection: Collection, slots: list[int], sender: Sender) -> bool:
        found = await _read(kind, collection, slots)
        if found.records:
            await sender.send(found.records)
        for sent in found.records:
            metrics.published_events.labels(kind, dict(sent.headers)["ce_type"].decode()).inc()
        for version, cases in found.versions.items():
            await _mark(collection, version, cases)
        return sum(map(len, found.versions.values())) == _DOCUMENTS


async def _read(topic: str, collection: Collection, slots: list[int]) -> _Round:
    """The longest waiting of the slots first, each with the events that Kafka has not acknowledged."""
    rest = {"$slice": ["$events", "$published", MOST_EVENTS]}
    pipeline: list[Document] = [
        {"$match": {**UNPUBLISHED, "slot": {"$in": slots}}},
        {"$sort": {"unpublished_since": 1}},
        {"$limit": _DOCUMENTS},
        {"$project": {"version": 1, "events": rest}},
    ]
    documents = await collection.aggregate(pipeline).to_list(None) if slots else []
    versions: defaultdict[int, list[str]] = defaultdict(list)
    for document in documents:
        versions[document["version"]].append(document["_id"])
    return _Round(list(chain.from_iterable(_records(topic, document) for document in documents)), versions)


def _records(topic: str, document: Document) -> list[Record]:
    entries = [Entry.read(entry) for entry in document["events"]]
    return [record(entry.envelope(topic, document["_id"]), entry.data) for entry in entries]


async def _mark(collection: Collection, version: int, cases: list[str]) -> None:
    """Mark as published up to ``version``; what has moved on meanwhile stays to be published."""
    done = await collection.update_many(
        {"_id": {"$in": cases}, "version": version},
        {"$set": {"published": version}, "$unset": {"unpublished_since": ""}},
    )
    if done.matched_count < len(cases):
        await collection.update_many(
            {"_id": {"$in": cases}, "version": {"$gt": version}}, {"$max": {"published": version}}
        )
