"""Connections to Kafka that broke, or are to be: nobody waits for ever on one.

Between the breaking of a connection and aiokafka's learning of it, uvloop refuses a write by RuntimeError,
which aiokafka does not expect: the task that learns where partitions and the coordinator are would end with
it, and the client wait for that task as long as its process lives (aiokafka issue 1038).
"""

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, CloseReason

Send = Callable[..., Any]

_CLOSE_SECONDS = 2.0


async def sever(client: AIOKafkaClient) -> None:
    """Let go of every connection at once, and of what is still to be sent on it.

    By itself a connection is closed once all of that was sent: to a broker that is frozen, never.
    """
    for connection in client._conns.values():  # noqa: SLF001 - nothing public knows them
        if connection._writer is not None:  # noqa: SLF001 - see above
            connection._writer.transport.abort()  # noqa: SLF001 - see above
    # Cut short before, it may end as cancelled, which nobody asked of us.
    await asyncio.wait({asyncio.ensure_future(client.close())}, timeout=_CLOSE_SECONDS)


def tell_severed() -> None:
    """Have every client of this process see that a connection is closing before it writes to it.

    Sending on it raises KafkaConnectionError then, and the client makes another.
    """
    if not hasattr(AIOKafkaConnection.send, "__wrapped__"):
        AIOKafkaConnection.send = _looking_first(AIOKafkaConnection.send)
        AIOKafkaConnection._send_sasl_token = _looking_first(AIOKafkaConnection._send_sasl_token)  # noqa: SLF001 - writes too


def _looking_first(send: Send) -> Send:
    @wraps(send)
    def sent(connection: AIOKafkaConnection, *args: Any, **options: Any) -> Any:
        writer = connection._writer  # noqa: SLF001 - nothing public tells it
        if writer is not None and writer.is_closing():
            # Whoever sends on a connection that was closed is told so.
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
        return send(connection, *args, **options)

    return sent
