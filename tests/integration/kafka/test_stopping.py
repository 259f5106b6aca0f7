"""A client of Kafka is stopped in seconds, whatever its broker does, and whoever stops it goes on."""

import asyncio
import socket

import pytest
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, AIOKafkaProtocol
from aiokafka.errors import KafkaError

from deploy.local.kafka import Cluster
from shared import kafka, severed
from shared.kafka import connection
from shared.settings import Settings
from shared.severed import sever
from shared.topics import provision

# More than a socket takes whose other end reads nothing.
_UNSENT = b"x" * 3_000_000


@pytest.fixture
async def at(broker: Cluster, settings: Settings) -> TopicPartition:
    """A partition on a broker that may be killed."""
    here = settings.model_copy(update={"kafka": broker.bootstrap})
    await provision(here)
    return TopicPartition(here.topic("hazards"), 0)


@pytest.mark.promise(5)
async def test_whoever_stops_a_consumer_while_its_broker_is_away_goes_on(
    broker: Cluster, settings: Settings, at: TopicPartition
) -> None:
    """The consumer ends as cancelled then, and would take with it who has stopped it, without a word."""
    here = settings.model_copy(update={"kafka": broker.bootstrap})
    consumer = AIOKafkaConsumer(**connection(here), enable_auto_commit=False)

    async def work() -> None:
        async with kafka.started(consumer):
            consumer.assign([at])
            consumer.seek(at, 0)
            await consumer.getmany(timeout_ms=100)
            await broker.brokers[0].kill()
            await consumer.getmany(timeout_ms=2_000)
            raise KafkaError("what was under way")

    with pytest.raises(KafkaError, match="what was under way"):
        await work()

    assert consumer._client._sync_task is None


@pytest.mark.parametrize("closing", [False, True])
async def test_a_connection_is_let_go_of_though_nobody_reads_what_was_sent(
    closing: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Longer than is waited here: that it is closed is not for want of time.
    monkeypatch.setattr(severed, "_CLOSE_SECONDS", 60)
    await asyncio.to_thread(uvloop.run, _sever_a_deaf_one(closing=closing))


async def _sever_a_deaf_one(*, closing: bool) -> None:
    client = AIOKafkaClient(bootstrap_servers="127.0.0.1:9")
    ours, theirs = socket.socketpair()
    # Closed whatever happens: while something is still to be sent there, the loop would not end.
    with theirs:
        client._conns[1, 0] = connected = await _connected(ours)
        connected._writer.write(_UNSENT)
        await asyncio.sleep(0)
        if closing:
            connected.close()

        async with asyncio.timeout(30):
            await sever(client)

        assert connected._closed_fut.done()


async def _connected(sock: socket.socket) -> AIOKafkaConnection:
    loop = asyncio.get_running_loop()
    sock.setblocking(False)
    made = AIOKafkaConnection("127.0.0.1", 9, max_idle_ms=None)
    made._closed_fut, reader = loop.create_future(), asyncio.StreamReader()
    protocol = AIOKafkaProtocol(made._closed_fut, reader, loop=loop)
    transport, _ = await loop.create_connection(lambda: protocol, sock=sock)
    made._reader, made._writer = reader, asyncio.StreamWriter(transport, protocol, reader, loop)
    made._protocol, made._read_task = protocol, made._create_reader_task()
    return made
