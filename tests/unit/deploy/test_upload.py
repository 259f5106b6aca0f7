"""The registry's upload, against an import that is busy or refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local.errors import Unavailable
from deploy.nation import Register
from deploy.registry.upload import upload
from shared.settings import Settings

TAKEN = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"refused":0}'
ONE_REFUSED = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"refused":1}'
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"


@asynccontextmanager
async def answering(data: Path, *answers: bytes) -> AsyncIterator[tuple[Settings, list[bytes]]]:
    """An import that gives these answers, one after the other, and the bodies that it was sent."""
    bodies: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            bodies.append(await reader.readuntil(b"\r\n0\r\n\r\n"))
            writer.write(answers[len(bodies) - 1])

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield Settings(data=data, enterprises_port=port), bodies


async def test_a_portion_that_met_a_busy_store_is_sent_again_as_it_was(tmp_path: Path) -> None:
    told: list[int] = []

    async with answering(tmp_path, BUSY, BUSY, TAKEN) as (settings, bodies):
        await upload(settings, Register(1, enterprises=20), 0, 20, told.append)

    assert told == [20]
    assert len(bodies) == 3
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0].count(b'"uscc"') == 20


async def test_a_line_that_is_refused_ends_it_and_says_what_was_answered(tmp_path: Path) -> None:
    async with answering(tmp_path, ONE_REFUSED) as (settings, _):
        with pytest.raises(ExceptionGroup) as ended:
            await upload(settings, Register(1, enterprises=20), 0, 20, lambda _: None)

    refusal = ended.value.exceptions[0]
    assert isinstance(refusal, Unavailable)
    assert str(refusal) == 'The import of lines 0 to 20 was refused: {"refused":1}'
