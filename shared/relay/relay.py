"""The relay of one service: reads what is unpublished, sends it, marks it, for every stream it has."""

import asyncio
from contextlib import suppress

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.mongo import Collection, Database, ready
from shared.relay.editions import Editions, Senders
from shared.relay.front import Front
from shared.relay.gauge import watch
from shared.relay.leases import RENEW_SECONDS, Leases
from shared.relay.rounds import anything, mark, read
from shared.relay.topics import Topics
from shared.relay.watermarks import Watermarks
from shared.sender import NotSent
from shared.settings import Settings

log = structlog.get_logger()

# While one waits for the store or for Kafka, the other works; more would wait for the interpreter.
_HANDS = 2
# How long an event may wait for the next look. A look costs much the same whatever it finds, so what comes
# within this goes together; only a full round is followed by the next at once.
_IDLE_SECONDS = 0.05
# After a failure of MongoDB or Kafka: doubled up to this, forever.
_LONGEST_BACKOFF = 5.0


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
        self._editions = Editions(settings, database)
        self._topics = Topics(settings, kinds, lambda: [one.edition for one in self._editions.known])

    async def ready(self) -> list[str]:
        """Say what is away, or stands still for a topic that is wrong.

        A Kafka that is away only delays, since the store keeps what is to be sent.
        """
        try:
            await ready(self._database.client)
        except PyMongoError:
            return ["MongoDB"]
        return self._topics.troubles()

    async def run(self) -> None:
        """Publish until cancelled; what cannot be reached is waited for."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._topics.run(), name="topics")
            tasks.create_task(self._editions.run(), name="editions")
            shares: list[Leases] = []
            for kind in self._kinds:
                leases = Leases(
                    self._database[f"{kind}_leases"],
                    self._settings.instance,
                    said=self._editions.said,
                )
                shares.append(leases)
                tasks.create_task(self._keep(leases), name=f"leases-{kind}")
                for hand in range(_HANDS):
                    tasks.create_task(self._publish(kind, leases, hand), name=f"relay-{kind}-{hand}")
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

    async def _publish(self, kind: str, leases: Leases, hand: int) -> None:
        """Publish the slots of one hand; a case is always in the same one, so its events keep their order."""
        collection = self._database[kind]
        senders, front = Senders(self._settings), Front()
        backoff = _IDLE_SECONDS
        await self._topics.looked.wait()
        try:
            while True:
                try:
                    full = await self._turn(kind, collection, _of(leases.held(), hand), senders, front)
                except (NotSent, PyMongoError) as error:
                    log.warning("relay-waits", service=self._service, kind=kind, error=str(error)[:200])
                    await asyncio.sleep(backoff)
                    backoff = min(2 * backoff, _LONGEST_BACKOFF)
                else:
                    backoff = _IDLE_SECONDS
                    await asyncio.sleep(0 if full else _IDLE_SECONDS)
        finally:
            await senders.close()

    async def _turn(
        self, kind: str, collection: Collection, slots: list[int], senders: Senders, front: Front
    ) -> bool:
        if not slots or not self._topics.takes(kind) or not self._editions.go_on():
            return False
        with self._editions.at_work():
            return await self._round(kind, collection, slots, senders, front)

    async def _round(
        self, kind: str, collection: Collection, slots: list[int], senders: Senders, front: Front
    ) -> bool:
        # Before it reads: whoever has heard that this relay knows them counts on it from there.
        editions = self._editions.known
        newest = editions[-1]
        since = front.since(slots, self._editions.set_back)
        if front.quiet and not await anything(collection, slots, since):
            return False
        found = await read(
            kind,
            collection,
            slots,
            since=since,
            newest=newest.edition.number,
            filled=newest.whole,
        )
        if editions != self._editions.known:
            # What was read may have been set back for an edition that was not known when the reading began.
            return True
        await senders.send(found, editions)
        for name, count in found.types.items():
            metrics.published_events.labels(kind, name).inc(count)
        for read_as, cases in found.cases.items():
            await mark(collection, read_as, cases)
        front.passed(found.newest, full=found.full)
        return found.full


def _of(slots: list[int], hand: int) -> list[int]:
    return [slot for slot in slots if slot % _HANDS == hand]
