"""One hand of a relay: looks for what waits in its slots, sends it, and marks it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.mongo import Collection
from shared.relay.front import Front
from shared.relay.known import Editions
from shared.relay.rounds import anything, mark, read
from shared.relay.senders import Senders
from shared.relay.topics import Topics
from shared.sender import NotSent

log = structlog.get_logger()

# How long an event may wait for the next look. A look costs much the same whatever it finds, so what comes
# within this goes together; only a full round is followed by the next at once.
_IDLE_SECONDS = 0.05
# After a failure of MongoDB or Kafka: doubled up to this, forever.
_LONGEST_BACKOFF = 5.0


@dataclass(slots=True)
class Hand:
    """Publishes some slots of one stream; a case is always in the same one, so its events keep their order.

    Attributes:
        kind: the stream and the topic.
        collection: of the stream.
        slots: those that are its own right now.
        editions: what is to be fed.
        topics: whether they may be published to.
    """

    kind: str
    collection: Collection
    slots: Callable[[], list[int]]
    editions: Editions
    topics: Topics
    _senders: Senders = field(init=False)
    _front: Front = field(default_factory=Front)

    def __post_init__(self) -> None:
        self._senders = Senders(self.editions.settings)

    async def run(self) -> None:
        """Publish until cancelled; what cannot be reached is waited for."""
        backoff = _IDLE_SECONDS
        await self.topics.looked.wait()
        try:
            while True:
                try:
                    full = await self._turn()
                except (NotSent, PyMongoError) as error:
                    log.warning("relay-waits", kind=self.kind, error=str(error)[:200])
                    # What this look found, and no later one need find by itself, is still to be sent.
                    self._front = Front()
                    await asyncio.sleep(backoff)
                    backoff = min(2 * backoff, _LONGEST_BACKOFF)
                else:
                    backoff = _IDLE_SECONDS
                    await asyncio.sleep(0 if full else _IDLE_SECONDS)
        finally:
            await self._senders.close()

    async def _turn(self) -> bool:
        """Publish a round; whether there may be more at once."""
        slots = self.slots()
        if not slots or not self.topics.takes(self.kind) or not self.editions.go_on():
            return False
        with self.editions.at_work():
            return await self._round(slots)

    async def _round(self, slots: list[int]) -> bool:
        # Before it reads: whoever has heard that this relay knows them counts on it from there.
        editions = self.editions.known
        newest = editions[-1]
        since = self._front.since(slots, self.editions.set_back, self.editions.clock)
        if self._front.quiet and not await anything(self.collection, slots, since):
            return False
        number, filled = newest.edition.number, newest.whole
        found = await read(self.kind, self.collection, slots, since=since, newest=number, filled=filled)
        if editions != self.editions.known or not set(slots) <= set(self.slots()):
            # What was read may have been set back for an edition that was not known when reading began; or
            # the process was frozen, and nobody counts on what it knows.
            self._front = Front()
            return True
        await self._senders.send(found, editions)
        for name, count in found.types.items():
            metrics.published_events.labels(self.kind, name).inc(count)
        whole = all([await mark(self.collection, read_as, cases) for read_as, cases in found.cases.items()])
        # What has moved on waits since when it did before, however long ago that is.
        self._front.passed(found.newest if whole else found.oldest, full=found.full or not whole)
        return found.full
