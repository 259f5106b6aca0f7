"""Where a measurement runs: servers of its own, and on them topics and databases that hold nothing yet."""

import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from deploy.environment import environment
from deploy.local.addresses import Addresses
from deploy.local.processes import Child
from shared import kafka
from shared.events.base import Fact, Recorded
from shared.events.wire import encode
from shared.settings import Settings
from shared.topics import provision, topics
from tests.bench.meter import Meter

_SERVICES = ("enterprises", "suggestions", "hazards", "reporting")
# Below what the system gives to outgoing connections.
_PORTS = range(15_000, 30_000)
# Both the measured and its reference have theirs; development's half a gigabyte would measure the disk.
_CACHE = "cache_size=4GB"
# What a producer is given at once: enough for full batches of every partition, little to hold.
_SENT_TOGETHER = 5_000


@dataclass(frozen=True)
class Ground:
    """The servers of a run.

    Attributes:
        data: for logs and keys.
        quick: whether a look is enough: less of everything, and figures that say little.
        replication: how many copies of each topic there are.
    """

    addresses: Addresses
    data: Path
    quick: bool
    replication: int = 1

    def meter(self, work: str) -> Meter:
        """Return what tells how much CPU time a piece of work costs."""
        return Meter(work, tuple(self.addresses.processes))

    @contextlib.asynccontextmanager
    async def corner(self) -> AsyncIterator[Settings]:
        """Provide settings whose topics are there and empty; at the end all of it is deleted."""
        settings = Settings(
            kafka=self.addresses.kafka,
            mongo=self.addresses.mongo,
            data=self.data,
            namespace=f"b{secrets.token_hex(4)}",
            instance="bench",
            replication=self.replication,
            **_ports(),
        )
        await provision(settings)
        try:
            yield settings
        finally:
            await _clear(settings)


def _ports() -> dict[str, Any]:
    """Ports far from the usual ones, where other stacks of this machine come and go."""
    first = _PORTS.start + secrets.randbelow(len(_PORTS) - len(_SERVICES))
    return {f"{service}_port": first + number for number, service in enumerate(_SERVICES)}


async def as_for_a_nation(addresses: Addresses) -> None:
    """Give MongoDB the memory of a host of its own: a month of the nation's roll-ups alone takes 400 MB."""
    async with AsyncMongoClient[dict[str, Any]](addresses.mongo) as client:
        await client.admin.command({"setParameter": 1, "wiredTigerEngineRuntimeConfig": _CACHE})


async def _clear(settings: Settings) -> None:
    async with AsyncMongoClient[dict[str, Any]](settings.mongo) as client:
        for name in await client.list_database_names():
            if name.startswith(settings.database("")):
                await client.drop_database(name)
    async with kafka.administration(settings) as admin:
        await admin.delete_topics(list(topics(settings)))


async def publish(settings: Settings, events: Iterable[Recorded[Fact]]) -> int:
    """Send events as relays do, many at a time; return how many they were."""
    count, rest = 0, iter(events)
    async with kafka.producer(settings) as producer:
        while together := [encode(event) for event in islice(rest, _SENT_TOGETHER)]:
            for record in together:
                await producer.send(
                    settings.topic(record.topic), record.value, key=record.key, headers=record.headers
                )
            count += len(together)
        await producer.flush()
    return count


@contextlib.asynccontextmanager
async def process(settings: Settings, name: str, *command: str) -> AsyncIterator[Child]:
    """Run a process with these settings while the block runs."""
    log = settings.data.absolute() / "logs" / f"{name}.log"
    child = Child(name, command, log=log, env=environment(settings, process=name))
    await child.start()
    try:
        yield child
    finally:
        await child.stop()


def role(settings: Settings, service: str, role: str) -> contextlib.AbstractAsyncContextManager[Child]:
    """Run a role of a service, as it runs everywhere, while the block runs."""
    return process(settings, f"{service}-{role}", sys.executable, "-m", f"services.{service}", role)
