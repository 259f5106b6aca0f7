"""A client of Kafka goes on after its connection broke, in whichever moment it writes to it."""

import asyncio
from typing import Any

import pytest
import uvloop
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from shared.kafka import connection
from shared.settings import Settings


async def test_the_cluster_is_learnt_of_after_a_connection_broke_amid_a_look(settings: Settings) -> None:
    """Its search would end by an error that nobody expects, and whoever waits for it would wait for ever."""
    await asyncio.to_thread(uvloop.run, _look_on_a_broken_connection(settings))


async def _look_on_a_broken_connection(settings: Settings) -> None:
    client = AIOKafkaClient(**connection(settings))
    await client.bootstrap()
    try:
        await client.force_metadata_update()
        for connected in client._conns.values():
            _reset(connected)
        # The loop closes the connection, and the client has not read that yet.
        await asyncio.sleep(0)
        # Far below the 40 s after which aiokafka gives up an answer.
        async with asyncio.timeout(10):
            with pytest.raises(KafkaError):
                await client.fetch_all_metadata()
            assert (await client.fetch_all_metadata()).brokers()
    finally:
        await client.close()


def _reset(connected: Any) -> None:
    """Have a connection end as by a broker that was killed: the loop tells of an error, not of an end."""
    transport = connected._writer.transport
    transport.get_protocol().connection_lost(ConnectionResetError())
    transport.set_protocol(asyncio.Protocol())
    transport.abort()
