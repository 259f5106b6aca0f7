"""Hears what other services say of how far back all is published, and keeps it for the reports."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared import metrics
from shared.alive import position
from shared.clock import now
from shared.events.watermarks import NOTHING, TOPIC, PublishedBefore, decode
from shared.kafka import connection, started
from shared.mongo import Database, Document
from shared.projection.generation import current
from shared.projection.kept_words import KeptWords
from shared.projection.log import Log
from shared.projection.positions import reached
from shared.projection.watermarks import prepare, sources
from shared.settings import Settings

log = structlog.get_logger()

# At the start: enough to hold the last word of every service that speaks.
_LAST_RECORDS = 64
_RETRY_SECONDS = 1.0
# A word comes each second; a turn waits no longer for one.
_TURN_MS = 1_000


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
    _heard: dict[str, KeptWords] = field(default_factory=dict)

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
            heard = self._of(service)
            await heard.load()
            if heard.newest > NOTHING:
                _shown(service, heard.newest)

    def _of(self, service: str) -> KeptWords:
        return self._heard.setdefault(service, KeptWords(self.database, self.projection, service))

    async def _listen(self, log_ends: Log) -> None:
        consumer = AIOKafkaConsumer(
            **connection(self.settings), enable_auto_commit=False, auto_offset_reset="latest"
        )
        async with started(consumer):
            await self._follow(consumer, log_ends)

    async def _follow(self, consumer: AIOKafkaConsumer, log_ends: Log) -> None:
        """Keep what comes, until the topic has been made anew: it ends elsewhere then."""
        at = TopicPartition(self.settings.topic(TOPIC), 0)
        begins, ends = await consumer.beginning_offsets([at]), await consumer.end_offsets([at])
        consumer.assign([at])
        consumer.seek(at, max(begins[at], ends[at] - _LAST_RECORDS))
        newest: dict[str, PublishedBefore] = {}
        furthest = 0
        while furthest <= (here := await position(consumer, at)):
            furthest = here
            found = await consumer.getmany(timeout_ms=_TURN_MS)
            words = (decode(record.value, list(record.headers)) for record in found.get(at, ()))
            newest |= {word.service: word for word in words if word is not None}
            # What was said before is no longer true where a later word goes back behind it.
            if await position(consumer, at) >= ends[at]:
                for word in newest.values():
                    if word.service in sources(self.topics):
                        await self._keep(word, log_ends)
                newest = {}

    async def _keep(self, word: PublishedBefore, log_ends: Log) -> None:
        """Keep a statement with the ends that its topics have now, unless a later one is known."""
        heard = self._of(word.service)
        if not await heard.lacks(word):
            return
        await heard.void(word)
        if word.before > heard.newest and (ends := await self._ends(word, log_ends)) is not None:
            await heard.add(word, ends)
        heard.sequence, heard.epoch = word.sequence, word.epoch
        _shown(word.service, word.before)

    async def _ends(self, word: PublishedBefore, log_ends: Log) -> list[Document] | None:
        """Where the word's topics end; None where they are not those that the projection has read."""
        generation = await current(self.database, self.projection)
        read, settings = await reached(generation), generation.on(self.settings)
        followed = [settings.topic(topic) for topic in word.topics if topic in self.topics]
        at = [TopicPartition(topic, n) for topic in followed for n in range(settings.partitions)]
        ends = await log_ends.ends(at)
        if any(read.get(p, 0) > end for p, end in ends.items()):
            # Lost and made anew: its lanes stand still, and what they lack is behind no end of this log.
            log.warning("watermark-of-another-log", service=word.service)
            return None
        return [{"topic": topic, "ends": [ends[p] for p in at if p.topic == topic]} for topic in followed]


def _shown(service: str, before: datetime) -> None:
    """Show how old a service's last word is, also while nothing more is heard."""
    gauge = metrics.watermark_seconds.labels(service)
    gauge.set_function(lambda: max((now() - before) / timedelta(seconds=1), 0.0))
