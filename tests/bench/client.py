"""A lean HTTP client: what drives a service must not be what is measured on the same cores."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

import httptools

# Longer than any answer of a service may take.
_PATIENCE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body)


class Connection(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._answered: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect to a service of this machine."""
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    async def send(self, request: bytes) -> Answer:
        """Send a request and return its answer.

        Raises:
            TimeoutError: there is none in time.
            ConnectionError: the service closed the connection.
        """
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self._answered

    @property
    def closed(self) -> bool:
        """Whether either side has let go of it."""
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        """Let go of it."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # Not an instance of it where uvloop made it, though it does all that one does.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionError(str(exc)))

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Hand the answer over."""
        answer = Answer(self._parser.get_status_code(), bytes(self._body))
        self._body.clear()
        self._parser = httptools.HttpResponseParser(self)
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(answer)


@dataclass(slots=True)
class Pool:
    """Connections to one service, as many as are used at once."""

    port: int
    _idle: list[Connection] = field(default_factory=list)

    async def send(self, request: bytes) -> Answer:
        """Send a request on an idle connection, or on a new one."""
        connection = self._open() or await Connection.to(self.port)
        try:
            answer = await connection.send(request)
        except ConnectionError:
            # Closed in the moment of sending, after some idle seconds; as any client, we send it again.
            connection = await Connection.to(self.port)
            answer = await connection.send(request)
        self._idle.append(connection)
        return answer

    def _open(self) -> Connection | None:
        """An idle connection; a service closes those that have been so for some seconds."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return None

    def close(self) -> None:
        """Let go of all of them."""
        for connection in self._idle:
            connection.close()


def compose(method: str, path: str, headers: Mapping[str, str], body: object = None) -> bytes:
    """Return a request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    said = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = [
        f"{method} {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in (said | dict(headers)).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
