"""Asking Kafka and the databases where everything stands; who does not answer is named, and left out."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from deploy.operations.followed import Followed, followed
from deploy.operations.lagging import Bounds, lag, stopped
from deploy.operations.letters import Filter, letters
from deploy.operations.standing import Applied, Published, Read, Whole
from shared import mongo
from shared.events.topology import SERVICES
from shared.mongo import Client
from shared.projection import stuck
from shared.projection.documents import CASES
from shared.projection.generation import current
from shared.projection.log import Log, looking
from shared.projection.positions import stored
from shared.projection.watermarks import latest
from shared.relay.waiting import count, waits_longest
from shared.settings import Settings

T = TypeVar("T")
# Somebody waits for the answer; a busy server may take so long, and one that is away is waited for as long.
# One operation of MongoDB too: the two seconds of a command would call a busy one away.
_PATIENCE_SECONDS = 15.0
# Of a server that has answered: a record is read of every partition, and all dead letters.
_READING_SECONDS = 60.0


async def look(settings: Settings) -> Whole:
    """Ask everybody; a server that is away makes what it knows unknown, and nothing else."""
    client = mongo.connect(settings.mongo, timeout_ms=round(_PATIENCE_SECONDS * 1_000))
    try:
        async with looking(settings) as log:
            asking = _Looking(settings, client, log)
            await asking.all()
            return asking.whole
    finally:
        client.close()


def _nothing() -> Whole:
    return Whole(
        [Published(name, topic) for name, bus in SERVICES.items() for topic in bus.publishes],
        [Read(one.name, [Applied(topic) for topic in one.projection.topics]) for one in followed()],
    )


@dataclass(slots=True)
class _Looking:
    """One look.

    Attributes:
        whole: what is known so far.
        editions: of each projection, the settings of the edition of the log that it follows.
        bounds: of every partition that is followed; None while Kafka does not answer.
    """

    settings: Settings
    client: Client
    log: Log
    whole: Whole = field(default_factory=_nothing)
    editions: dict[str, Settings] = field(default_factory=dict)
    bounds: Bounds | None = None

    async def all(self) -> None:
        """Ask everybody who answers."""
        there = await self._asked("MongoDB", self._there())
        self.bounds = await self._asked("Kafka", self._ends())
        if there:
            await self._asked("MongoDB", self._published(), _READING_SECONDS)
            for one, read in zip(followed(), self.whole.read, strict=True):
                await self._asked(one.name, self._read(one, read), _READING_SECONDS)
        if self.bounds is not None:
            await self._asked("the topics of dead letters", self._dead(), _READING_SECONDS)

    async def _asked(self, whom: str, answer: Awaitable[T], seconds: float = _PATIENCE_SECONDS) -> T | None:
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except (PyMongoError, KafkaError, TimeoutError) as trouble:
            self.whole.troubles.append(f"what {whom} would say ({type(trouble).__name__})")
            return None

    async def _ends(self) -> Bounds:
        return await self.log.bounds(sorted({at for one in followed() for at in self._partitions(one)}))

    async def _there(self) -> bool:
        await mongo.ready(self.client)
        for one in followed():
            generation = await current(one.database(self.settings, self.client), one.projection.name)
            self.editions[one.name] = generation.on(self.settings)
        return True

    def _partitions(self, one: Followed) -> list[TopicPartition]:
        settings = self.editions.get(one.name, self.settings)
        names = [settings.topic(topic) for topic in one.projection.topics]
        return [TopicPartition(name, number) for name in names for number in range(settings.partitions)]

    async def _published(self) -> None:
        for one in self.whole.published:
            collection = self.client[self.settings.database(one.service)][one.topic]
            one.oldest = await waits_longest(collection)
            one.unpublished = await count(collection)
        for each in followed():
            for service, before in (await latest(each.database(self.settings, self.client))).items():
                known = self.whole.watermarks.get(service, before)
                self.whole.watermarks[service] = max(known, before)

    async def _read(self, one: Followed, read: Read) -> None:
        generation = await current(one.database(self.settings, self.client), one.projection.name)
        settings = generation.on(self.settings)
        read.stuck = await stuck.count(generation.collection(CASES), range(settings.partitions))
        if self.bounds is None:
            return
        positions = await stored(generation, self._partitions(one))
        for applied in read.topics:
            name = settings.topic(applied.topic)
            mine = {at: position for at, position in positions.items() if at.topic == name}
            applied.lag, applied.oldest = await lag(self.log, mine, self.bounds)
        # With the number of partitions that its own edition has.
        async with looking(settings) as log:
            read.stopped = await stopped(log, positions)

    async def _dead(self) -> None:
        counted: Counter[tuple[str, str]] = Counter()
        # Where MongoDB does not answer, at least the edition that a first installation has.
        asked = list(self.editions.values()) or [self.settings]
        async for found in letters(list({each.edition: each for each in asked}.values()), Filter()):
            counted[found.letter.projection, found.letter.topic] += 1
        for one, read in zip(followed(), self.whole.read, strict=True):
            settings = self.editions.get(one.name, self.settings)
            for applied in read.topics:
                applied.dead = counted[one.group(self.settings), settings.topic(applied.topic)]
