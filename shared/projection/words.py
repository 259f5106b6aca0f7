"""Hears what other services say of how far back all is published, and keeps it for the reports."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared import metrics
from shared.clock import now
from shared.events.watermarks import NOTHING, TOPIC, PublishedBefore, decode
from shared.kafka import connection, started
from shared.mongo import Database, Document
from shared.projection.generation import Generation, current
from shared.projection.log import Log
from shared.projection.positions import POSITIONS
from shared.projection.watermarks import WATERMARKS, every_word, prepare, reached, sources
from shared.settings import Settings

log = structlog.get_logger()

# At the start: enough to hold the last word of every service that speaks.
_LAST_RECORDS = 64
_RETRY_SECONDS = 1.0
# How far apart those are kept that a projection may still have before it, as a share of their age.
_SPREAD = 0.1
# Other instances thin the same list: what it holds is looked at again after so many of our own.
_RELOAD = 60


def thinned(times: list[datetime]) -> list[datetime]:
    """Return those of ``times``, in their order, that need not be kept.

    What stays lies no further apart than a tenth of its age: the list grows with the logarithm of its span.
    """
    if len(times) < 3:  # noqa: PLR2004 - a first and a last stay
        return []
    newest, kept, dropped = times[-1], times[0], []
    for at, following in pairwise(times[1:]):
        if following - kept <= (newest - following) * _SPREAD:
            dropped.append(at)
        else:
            kept = at
    return dropped


@dataclass(slots=True)
class _Heard:
    """The last word of a service, and the times that are kept, oldest first, with the sequence of each."""

    sequence: int = 0
    epoch: int = 0
    kept: dict[datetime, int] = field(default_factory=dict)
    since_load: int = _RELOAD


@dataclass(slots=True)
class Watermarks:
    """Follows topic ``watermarks`` for a projection; several instances may do it side by side.

    Attributes:
        settings: where Kafka is.
        database: the service's own.
        projection: its name.
        topics: what it follows.
    """

    settings: Settings
    database: Database
    projection: str
    topics: tuple[str, ...]
    _heard: dict[str, _Heard] = field(default_factory=dict)

    async def run(self) -> None:
        """Keep what is heard until cancelled; what cannot be reached is waited for."""
        log_ends = Log(self.settings)
        began = now()
        for service in sources(self.topics):
            _shown(service, began)
        try:
            while True:
                try:
                    await prepare(self.database)
                    await self._remember()
                    await self._listen(log_ends)
                except (KafkaError, PyMongoError) as error:
                    log.warning("watermarks-wait", error=str(error)[:200])
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            await log_ends.close()

    async def _remember(self) -> None:
        """Show what was heard before, also of a service that has fallen silent since."""
        for service in sources(self.topics):
            heard = self._heard.setdefault(service, _Heard())
            await self._load(service, heard)
            if heard.kept:
                _shown(service, max(heard.kept))

    async def _listen(self, log_ends: Log) -> None:
        consumer = AIOKafkaConsumer(
            **connection(self.settings), enable_auto_commit=False, auto_offset_reset="latest"
        )
        async with started(consumer):
            await self._follow(consumer, log_ends)

    async def _follow(self, consumer: AIOKafkaConsumer, log_ends: Log) -> None:
        at = TopicPartition(self.settings.topic(TOPIC), 0)
        begins, ends = await consumer.beginning_offsets([at]), await consumer.end_offsets([at])
        consumer.assign([at])
        consumer.seek(at, max(begins[at], ends[at] - _LAST_RECORDS))
        newest: dict[str, PublishedBefore] = {}
        while True:
            found = await consumer.getmany(timeout_ms=1_000)
            words = (decode(record.value, list(record.headers)) for record in found.get(at, ()))
            newest |= {word.service: word for word in words if word is not None}
            # What was said before is no longer true where a later word goes back behind it.
            if await consumer.position(at) >= ends[at]:
                for word in newest.values():
                    if word.service in sources(self.topics):
                        await self._keep(word, log_ends)
                newest = {}

    async def _keep(self, word: PublishedBefore, log_ends: Log) -> None:
        """Keep a statement with the ends that its topics have now, unless a later one is known."""
        heard = self._heard.setdefault(word.service, _Heard())
        if heard.since_load >= _RELOAD:
            await self._load(word.service, heard)
        if word.sequence <= heard.sequence or word.epoch < heard.epoch:
            return
        if word.epoch > heard.epoch or any(at > word.before for at in heard.kept):
            await self._void(word, heard)
        newest = max(heard.kept, default=NOTHING)
        if word.before > newest and (ends := await self._ends(word, log_ends)) is not None:
            await self._insert(word, ends)
            heard.kept[word.before] = word.sequence
            heard.since_load += 1
            await self._thin(word.service, heard)
        heard.sequence, heard.epoch = word.sequence, word.epoch
        _shown(word.service, word.before)

    async def _ends(self, word: PublishedBefore, log_ends: Log) -> list[Document] | None:
        """Where the word's topics end; None where they are not those that the projection has read."""
        generation = await current(self.database, self.projection)
        positions, settings = await _positions(generation), generation.on(self.settings)
        followed = [settings.topic(topic) for topic in word.topics if topic in self.topics]
        at = [TopicPartition(topic, n) for topic in followed for n in range(settings.partitions)]
        ends = await log_ends.ends(at)
        if any(positions.get((p.topic, p.partition), 0) > end for p, end in ends.items()):
            # Lost and made anew: its lanes stand still, and what they lack is behind no end of this log.
            log.warning("watermark-of-another-log", service=word.service)
            return None
        return [{"topic": topic, "ends": [ends[p] for p in at if p.topic == topic]} for topic in followed]

    async def _insert(self, word: PublishedBefore, ends: list[Document]) -> None:
        row = {"service": word.service, "sequence": word.sequence, "before": word.before, "topics": ends}
        row |= {"epoch": word.epoch}
        where = {"_id": f"{word.service}:{word.sequence}"}
        await self.database[WATERMARKS].update_one(where, {"$setOnInsert": row}, upsert=True)

    async def _void(self, word: PublishedBefore, heard: _Heard) -> None:
        """Drop what a service said before it published anew, and beyond what it says now."""
        void: list[Document] = [{"before": {"$gt": word.before}}]
        if word.epoch:
            void.append({"epoch": {"$not": {"$gte": word.epoch}}})
        await self.database[WATERMARKS].delete_many({"service": word.service, "$or": void})
        await self._load(word.service, heard)

    async def _load(self, service: str, heard: _Heard) -> None:
        rows = await self.database[WATERMARKS].find({"service": service}).sort("before", 1).to_list(None)
        heard.kept = {row["before"]: row["sequence"] for row in rows}
        heard.sequence = max([heard.sequence, *heard.kept.values()])
        heard.epoch = max([heard.epoch, *(row.get("epoch", 0) for row in rows)])
        heard.since_load = 0

    async def _thin(self, service: str, heard: _Heard) -> None:
        """Keep few of them; but never without the one that reports speak of now, which would go back."""
        if gone := thinned(sorted(heard.kept)):
            positions = await _positions(await current(self.database, self.projection))
            told = reached(await every_word(self.database, None, service), positions)
            await self._drop(service, heard, [at for at in gone if at != told])

    async def _drop(self, service: str, heard: _Heard, times: list[datetime]) -> None:
        if times:
            ids = [f"{service}:{heard.kept[at]}" for at in times]
            await self.database[WATERMARKS].delete_many({"_id": {"$in": ids}})
            for at in times:
                del heard.kept[at]


async def _positions(generation: Generation) -> dict[tuple[str, int], int]:
    rows = generation.collection(POSITIONS).find({}, {"topic": 1, "partition": 1, "next": 1})
    return {(row["topic"], row["partition"]): row["next"] for row in await rows.to_list(None)}


def _shown(service: str, before: datetime) -> None:
    """Show how old a service's last word is, also while nothing more is heard."""
    gauge = metrics.watermark_seconds.labels(service)
    gauge.set_function(lambda: max((now() - before) / timedelta(seconds=1), 0.0))
