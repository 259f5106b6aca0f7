"""Kafka: connection options, and clients that are started and stopped whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from shared.fetched import let_go
from shared.settings import Settings
from shared.severed import ended, sever, tell_severed

# Whoever makes a client comes by here.
tell_severed()
let_go()

#: Whoever reads the log learns after this who leads, and of a topic that went away and came again: it is
#: worked again then, or found to be another.
METADATA_MS = 5_000
# A command's event has under 2 kB; this leaves room for any that we make and for a dead letter's 512 kB.
MAX_REQUEST = 1_000_000
# One batch per partition and request: larger ones compress better and cost fewer round trips.
_BATCH = 256 * 1024
_LINGER_MS = 5
# Whoever is told to stop waits no longer for a broker that does not answer.
_START_SECONDS = 2.0
_STOP_SECONDS = 3.0


class Client(Protocol):
    """A consumer, a producer, or a broker of FastStream's."""

    async def start(self) -> None:
        """Connect to the cluster."""

    async def stop(self) -> None:
        """Let go of every connection, also of those of a start that failed."""


C = TypeVar("C", bound=Client)


def connection(settings: Settings) -> dict[str, Any]:
    """Return what every client of the cluster is given: bootstrap servers, TLS and SASL."""
    options: dict[str, Any] = {"bootstrap_servers": settings.kafka}
    security = settings.kafka_security
    if security is None:
        return options
    options["security_protocol"] = security.protocol
    if (trust := security.trust()) is not None:
        options["ssl_context"] = trust
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
    await _begun(client.start(), lambda: stop(client))


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
        await stop(client)


async def stop(client: Client, *, within: float = _STOP_SECONDS) -> None:
    """Stop a client, in ``within`` seconds and few more, whatever its broker does.

    A consumer that is told in the very moment in which it lets go of its partitions takes it for a part of
    that, and waits for the next ones for ever. One of FastStream's that does not end keeps its connections
    until the process does.
    """
    try:
        await ended(client.stop(), within=within)
    finally:
        if isinstance(client, AIOKafkaConsumer):
            await sever(client._client)  # noqa: SLF001 - it has no other way to let go of them
        elif isinstance(client, AIOKafkaProducer):
            await sever(client.client)


@asynccontextmanager
async def administration(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a client for topics, and close it afterwards.

    Raises:
        KafkaError: Kafka does not answer.
    """
    admin = AIOKafkaAdminClient(**connection(settings))

    async def close() -> None:
        await ended(admin.close(), within=_STOP_SECONDS)

    await _begun(admin.start(), close)
    try:
        yield admin
    finally:
        await close()


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
