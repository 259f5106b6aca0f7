"""Everything of a run: servers of its own, the services, the clients, the reader, and the verdict."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from random import Random

from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy import identity
from deploy.local import kafka, mongod
from deploy.local.addresses import Addresses
from deploy.local.errors import Unavailable
from deploy.local.processes import Child
from deploy.stack import Stack
from shared.settings import Settings
from shared.topics import provision
from tests.e2e.faults import log, read_models, report, stored
from tests.e2e.faults.client import Unanswered
from tests.e2e.faults.crowd import CLIENTS, Crowd
from tests.e2e.faults.diary import Diary
from tests.e2e.faults.model import Model
from tests.e2e.faults.report import Reader
from tests.e2e.faults.servers import Servers
from tests.e2e.faults.stored import Mongo
from tests.e2e.faults.watcher import Watcher
from tests.support import eventually

# Two lanes for each of three instances.
PARTITIONS = 6
# What waits for a lease, a session or a transaction of the dead has ended long before, on a busy machine too.
_CATCH_UP_SECONDS = 180.0
_POLL_SECONDS = 0.25
# A few of each client.
_SOME = 3 * CLIENTS
_GOES_ON_SECONDS = 120.0


@dataclass(slots=True)
class World:
    """One run; its parts may be used one by one."""

    settings: Settings
    servers: Servers
    stack: Stack
    mongo: Mongo
    model: Model
    crowd: Crowd
    reader: Reader
    watcher: Watcher
    diary: Diary
    chance: Random
    _watched: int = 0

    @contextlib.asynccontextmanager
    async def under_load(self, clients: int = CLIENTS) -> AsyncIterator[None]:
        """Let clients and the reader work during the block; at its end each command has its outcome.

        Raises:
            AssertionError: one came to none, or a process did not come back.
        """
        try:
            async with self.watcher.at_work(), self.crowd.at_work(clients):
                yield
        except* (Unanswered, Unavailable) as lost:
            raise AssertionError(self.diary.told(sentences(lost))) from lost

    async def goes_on(self, commands: int = _SOME) -> None:
        """Return once so many more commands were accepted: whatever was done, intake goes on."""
        wanted = self.model.commands() + commands
        await eventually(lambda: self.model.commands() >= wanted, deadline=_GOES_ON_SECONDS)

    async def verify(self) -> None:
        """See that everything equals what was accepted.

        Raises:
            AssertionError: it does not; says the seed, the faults and the first differences.
        """
        await self._caught_up()
        unread = self.watcher.reports == self._watched
        assert not unread, self.diary.told(["no report was read since the last look"])
        self._watched = self.watcher.reports
        found = [*self.model.wrong, *self.watcher.wrong]
        found += await stored.differences(self.settings, self.mongo, self.model)
        said = await log.read(self.settings)
        found += said.differences(self.model)
        found += await read_models.differences(self.settings, self.mongo, self.model)
        found += await report.differences(self.reader, self.model)
        if buried := await log.dead(self.settings):
            found.append(f"{buried} records are among the dead letters")
        self.diary.say(f"looked at {self.model.commands()} commands, {said.copies} copies on the log")
        assert not found, self.diary.told(found)

    async def _caught_up(self) -> None:
        """Wait until all is published and read."""
        deadline, waiting, behind = time.monotonic() + _CATCH_UP_SECONDS, -1, -1
        while time.monotonic() < deadline:
            # A server that has just come back is asked again.
            with contextlib.suppress(PyMongoError, KafkaError):
                waiting = await stored.unpublished(self.settings, self.mongo)
                behind = await read_models.behind(self.settings, self.mongo)
                if waiting == behind == 0:
                    return
            await asyncio.sleep(_POLL_SECONDS)
        found = [f"{waiting} cases are not published and {behind} records not read after a long time"]
        raise AssertionError(self.diary.told([*found, *self.model.wrong, *self.watcher.wrong]))


def sentences(trouble: BaseException) -> list[str]:
    """Return what is said by exceptions, some of which may be groups of groups."""
    if isinstance(trouble, BaseExceptionGroup):
        return [text for each in trouble.exceptions for text in sentences(each)]
    return [f"{type(trouble).__name__}: {trouble}"]


@contextlib.asynccontextmanager
async def world(settings: Settings, seed: int, *, brokers: int = 1, members: int = 1) -> AsyncIterator[World]:
    """Run servers of these numbers, the services on them, and the first firms in the register.

    Raises:
        Unavailable: something cannot be had; the sentence names the remedy.
    """
    async with contextlib.AsyncExitStack() as started:
        cluster = await started.enter_async_context(
            kafka.cluster(settings.data, brokers=brokers, standard_ports=False)
        )
        replicas = await started.enter_async_context(
            mongod.replica_set(settings.data, members=members, standard_ports=False)
        )
        processes = [*cluster.brokers, *replicas.members]
        addresses = Addresses(cluster.bootstrap, replicas.uri, "native", processes)
        started.push_async_callback(_thrown_away, processes)
        stack = Stack(settings, addresses, standard_ports=False)
        identity.prepare(settings)
        await provision(stack.settings)
        await started.enter_async_context(stack)
        mongo: Mongo = await started.enter_async_context(AsyncMongoClient(replicas.uri))
        reader = Reader(stack)
        started.push_async_callback(reader.close)
        chance, model = Random(seed), Model()  # noqa: S311 - repeatable, not secret
        crowd = Crowd(stack, model, Random(chance.getrandbits(64)))  # noqa: S311
        watcher = Watcher(reader, Random(chance.getrandbits(64)))  # noqa: S311
        servers = Servers(stack.settings, cluster.brokers, replicas.members, mongo)
        await crowd.register()
        yield World(stack.settings, servers, stack, mongo, model, crowd, reader, watcher, Diary(seed), chance)


async def _thrown_away(processes: Sequence[Child]) -> None:
    """End servers that nobody starts again: brokers that leave in order wait for the last of them."""
    await asyncio.gather(*(process.kill() for process in processes))
