"""Connections to Kafka that broke, or are to be let go of: nobody waits for ever on one."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, CloseReason

Send = Callable[..., Any]

_CLOSE_SECONDS = 2.0
# Whoever was told to end twice, and does not, will not.
_LAST_SECONDS = 3.0


async def ended(end: Coroutine[Any, Any, None], *, within: float) -> None:
    """Wait for the end of something for so many seconds, then tell it so once more.

    How it ends is nobody's concern any more: it may tell again what it had failed of, or end as cancelled,
    which would be taken for a cancellation of whoever waits.
    """
    ending = asyncio.ensure_future(end)
    ending.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        await asyncio.wait({ending}, timeout=within)
    finally:
        ending.cancel()
        await asyncio.wait({ending}, timeout=_LAST_SECONDS)


async def sever(client: AIOKafkaClient) -> None:
    """Let go of every connection at once, and of what is still to be sent on it.

    By itself a connection is closed once all of that was sent: to a broker that is frozen, never.
    """
    for connection in client._conns.values():  # noqa: SLF001 - nothing public knows them
        # Of one that is being closed, only the protocol still has it.
        protocol = connection._protocol  # noqa: SLF001 - see above
        if protocol is not None and protocol._transport is not None:  # noqa: SLF001 - see above
            protocol._transport.abort()  # noqa: SLF001 - see above
    await ended(client.close(), within=_CLOSE_SECONDS)


def tell_severed() -> None:
    """Have every client of this process see that a connection is closing before it writes to it.

    Between the breaking of a connection and aiokafka's learning of it, uvloop refuses a write by
    RuntimeError, which aiokafka does not expect: the task that learns where partitions and the coordinator
    are would end with it, and the client wait for that task as long as its process lives (aiokafka issue
    1038). Sending raises KafkaConnectionError instead, and the client makes another connection.
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
