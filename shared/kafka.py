"""Kafka: connection options, the topics and their provision, producers."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError

from shared.edition import SMALL
from shared.settings import Settings
from shared.topic_faults import Fault, faults

# Every topic of interface and design; the events' own, those of other services, each with its dead letters.
AGGREGATES = ("deliveries", "enterprises", "hazards", "programme", "reports", "savings", "suggestions")
DEAD = ".dead"

# A command's event has under 2 kB; this leaves room for any that we make and for a dead letter's 512 kB.
MAX_REQUEST = 1_000_000
# One batch per partition and request: larger ones compress better and cost fewer round trips.
_BATCH = 256 * 1024
_LINGER_MS = 5
# Whoever is told to stop waits no longer for a broker that does not answer.
_START_SECONDS = 2.0
# Only the last word of each service counts, and each speaks once a second.
_BRIEF = {"retention.ms": "86400000", "segment.ms": "3600000"}


class Client(Protocol):
    """A consumer, a producer, or a broker of FastStream's."""

    async def start(self) -> None:
        """Connect to the cluster."""

    async def stop(self) -> None:
        """Let go of every connection, also of those of a start that failed."""


C = TypeVar("C", bound=Client)


class WrongTopic(Exception):  # noqa: N818 - a state of the cluster
    """A topic exists and is not as the settings ask; the sentence says how."""


def connection(settings: Settings) -> dict[str, Any]:
    """Return what every client of the cluster is given: bootstrap servers, TLS and SASL."""
    options: dict[str, Any] = {"bootstrap_servers": settings.kafka}
    security = settings.kafka_security
    if security is None:
        return options
    options["security_protocol"] = security.protocol
    if security.protocol.endswith("SSL"):
        options["ssl_context"] = ssl.create_default_context(cafile=security.cafile)
    if security.protocol.startswith("SASL") and security.password:
        options |= {
            "sasl_mechanism": security.mechanism,
            "sasl_plain_username": security.username,
            "sasl_plain_password": security.password.get_secret_value(),
        }
    return options


def producer(settings: Settings) -> AIOKafkaProducer:
    """Return an idempotent producer that is not started yet; sends have no time limit of their own."""
    return AIOKafkaProducer(
        **connection(settings),
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=_LINGER_MS,
        max_batch_size=_BATCH,
        max_request_size=MAX_REQUEST,
    )


async def start(client: Client) -> None:
    """Start a client; whoever cancels this, or is told that it failed, finds it stopped.

    Cut short, the client would forget the connection that it learns of the cluster by, and leave it open.

    Raises:
        KafkaError: Kafka does not answer.
    """
    await _begun(client.start(), client.stop)


@asynccontextmanager
async def started(client: C) -> AsyncIterator[C]:
    """Yield a client that was started, as `start` does it, and stop it afterwards.

    Raises:
        KafkaError: Kafka does not answer.
    """
    await start(client)
    try:
        yield client
    finally:
        await client.stop()


@asynccontextmanager
async def administration(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a client for topics, and close it afterwards.

    Raises:
        KafkaError: Kafka does not answer.
    """
    admin = AIOKafkaAdminClient(**connection(settings))
    await _begun(admin.start(), admin.close)
    try:
        yield admin
    finally:
        await admin.close()


async def _begun(beginning: Coroutine[Any, Any, None], end: Callable[[], Awaitable[None]]) -> None:
    starting = asyncio.ensure_future(beginning)
    try:
        await asyncio.shield(starting)
    except BaseException:
        await asyncio.wait({starting}, timeout=_START_SECONDS)
        if not starting.cancel() and not starting.cancelled():
            # Whether it failed too is nobody's concern any more.
            starting.exception()
        await end()
        raise


def topics(settings: Settings) -> dict[str, int]:
    """Return every topic of the platform, as it is named on the cluster, with its number of partitions."""
    plain = [settings.topic(aggregate) for aggregate in AGGREGATES]
    wide = [name for topic in plain for name in (topic, topic + DEAD)]
    return dict.fromkeys(wide, settings.partitions) | {settings.topic(name): 1 for name in SMALL}


async def provision(settings: Settings) -> list[str]:
    """Create the topics that are missing and check those that are there; safe to repeat.

    Returns:
        The names of the topics that were created.

    Raises:
        WrongTopic: topics are there and not as the settings ask; a sentence for each.
    """
    async with administration(settings) as admin:
        wanted = topics(settings)
        present = set(await admin.list_topics())
        missing = {name: count for name, count in wanted.items() if name not in present}
        if missing:
            await _create(admin, settings, missing)
        there = {name: count for name, count in wanted.items() if name in present}
        if wrong := await _faults(admin, settings, there):
            raise WrongTopic("\n".join(fault.sentence for fault in wrong))
        return sorted(missing)


async def wrong(settings: Settings, names: Collection[str]) -> list[Fault]:
    """Return what is wrong with these topics, which are named without the namespace.

    Raises:
        KafkaError: Kafka does not answer, or does not have all of them.
    """
    async with administration(settings) as admin:
        every = topics(settings)
        wanted = {of: every[of] for of in map(settings.topic, names)}
        if missing := sorted(wanted.keys() - set(await admin.list_topics())):
            raise UnknownTopicOrPartitionError(f"{', '.join(missing)}: missing; `nanxun topics` makes them")
        return await _faults(admin, settings, wanted)


async def _faults(admin: AIOKafkaAdminClient, settings: Settings, wanted: Mapping[str, int]) -> list[Fault]:
    brief = {settings.topic("watermarks")}
    return await faults(admin, wanted, replication=settings.replication, brief=brief)


async def absent(settings: Settings) -> list[str]:
    """Return the topics of the platform that the cluster does not have.

    Raises:
        KafkaError: it does not answer.
    """
    async with administration(settings) as admin:
        return sorted(set(topics(settings)) - set(await admin.list_topics()))


async def delete(settings: Settings, aggregates: Sequence[str]) -> list[str]:
    """Delete the topics of these aggregates, with their dead letters; return the names of those deleted.

    Raises:
        KafkaError: it does not answer.
    """
    async with administration(settings) as admin:
        names = {name for one in aggregates for name in (settings.topic(one), settings.topic(one) + DEAD)}
        present = sorted(names & set(await admin.list_topics()))
        if present:
            await admin.delete_topics(present)
        return present


async def _create(admin: AIOKafkaAdminClient, settings: Settings, missing: dict[str, int]) -> None:
    # The topics are the log: nothing in them ever expires. One replica may be away, never the last but one.
    configs = {"retention.ms": "-1", "min.insync.replicas": str(max(1, settings.replication - 1))}
    brief = {settings.topic("watermarks"): _BRIEF}
    wanted = [
        NewTopic(name, count, settings.replication, topic_configs=configs | brief.get(name, {}))
        for name, count in missing.items()
    ]
    try:
        await admin.create_topics(wanted)
    except TopicAlreadyExistsError:
        # Another process provisions at the same time; the next check sees the same topics.
        return
