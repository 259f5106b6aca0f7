"""The relay of one service: reads what is unpublished, sends it, marks it, for every stream it has."""

import asyncio
from contextlib import suppress

import structlog
from pymongo.errors import PyMongoError

from shared.mongo import Database
from shared.relay.gauge import Gauge
from shared.relay.hand import Hand
from shared.relay.known import Editions
from shared.relay.leases import RENEW_SECONDS, Leases
from shared.relay.topics import Topics
from shared.relay.watermarks import Watermarks
from shared.settings import Settings
from shared.working import store_ready, unending

log = structlog.get_logger()

# While one waits for the store or for Kafka, the other works; more would wait for the interpreter.
_HANDS = 2


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
        self._store_away = store_ready(database.client)
        self._editions = Editions(settings, database)
        self._topics = Topics(settings, kinds, lambda: [one.edition for one in self._editions.known])

    async def ready(self) -> list[str]:
        """Say what is away, or stands still for a topic that is wrong.

        A Kafka that is away only delays, since the store keeps what is to be sent.
        """
        return await self._store_away() or self._topics.troubles()

    async def run(self) -> None:
        """Publish until cancelled; what cannot be reached is waited for."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(unending(self._topics.run()), name="topics")
            tasks.create_task(unending(self._editions.run()), name="editions")
            shares: list[Leases] = []
            for kind in self._kinds:
                leases = Leases(
                    self._database[f"{kind}_leases"],
                    self._settings.instance,
                    said=self._editions.said,
                )
                shares.append(leases)
                tasks.create_task(unending(self._keep(leases)), name=f"leases-{kind}")
                for number in range(_HANDS):
                    hand = self._hand(kind, leases, number)
                    tasks.create_task(unending(hand.run()), name=f"relay-{kind}-{number}")
            gauge = Gauge(self._database, self._service, self._kinds, self._editions)
            tasks.create_task(unending(gauge.run()), name="unpublished")
            said = Watermarks(self._settings, self._database, self._service, self._kinds)
            # One voice is enough, and any would be true.
            tasks.create_task(unending(said.run(lambda: 0 in shares[0].held())), name="watermarks")

    def _hand(self, kind: str, leases: Leases, number: int) -> Hand:
        collection = self._database[kind]
        return Hand(kind, collection, lambda: _of(leases.held(), number), self._editions, self._topics)

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


def _of(slots: list[int], hand: int) -> list[int]:
    return [slot for slot in slots if slot % _HANDS == hand]
