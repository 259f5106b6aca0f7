"""A process that is told to stop lets the request under way end, and closes what it holds."""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, ConnectError, HTTPError, TransportError

from shared.http import PortTaken, serve
from tests.support import eventually
from tests.unit.http.sample import Keys

PROGRAM = """
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from shared import log
from shared.http import role_app, run
from shared.settings import Settings
from tests.unit.http.sample import nothing_away, sample_app

@asynccontextmanager
async def held(app):
    yield
    print("closed", flush=True)

def telling(app):
    async def told(scope, receive, send):
        async def heard():
            message = await receive()
            if message.get("body"):
                print("begun", flush=True)
            return message
        await app(scope, heard, send)
    return told

log.configure("hazards", "all")
settings = Settings(data=Path(sys.argv[1]))
api, relay = map(int, sys.argv[2:])
role = role_app("hazards", "relay", nothing_away, lifespan=held)
run({api: telling(sample_app(settings, lifespan=held)), relay: role})
print("returned", flush=True)
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def running(keys: Keys) -> AsyncIterator[tuple[Process, str, str]]:
    ports = [free_port(), free_port()]
    root = Path(__file__).parents[3]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, str(keys.file.parent), *map(str, ports)),
        cwd=root,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        api, relay = (f"http://127.0.0.1:{port}" for port in ports)
        async with AsyncClient() as client:
            live: Callable[[], Any] = partial(_live, client, api, relay)
            assert await eventually(live, deadline=20)
        yield process, api, relay
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _live(client: AsyncClient, *urls: str) -> bool:
    try:
        answers = [await client.get(f"{url}/health/live") for url in urls]
    except HTTPError:
        return False
    return all(answer.status_code == 200 for answer in answers)


async def test_a_request_under_way_ends_before_the_process_does(keys: Keys) -> None:
    async with running(keys) as (process, api, relay), AsyncClient() as client:
        assert process.stdout is not None
        told = process.stdout

        async def slowly() -> AsyncIterator[bytes]:
            yield b"first,"
            # Only what the server has begun to read is under way.
            assert await asyncio.wait_for(told.readline(), 10) == b"begun\n"
            process.send_signal(signal.SIGTERM)
            gone: Callable[[], Any] = partial(_gone, relay)
            assert await eventually(gone)
            yield b"second"

        read = await client.post(f"{api}/v1/hazards/import", content=slowly(), headers=keys.bearer("service"))
        out, _ = await asyncio.wait_for(process.communicate(), 15)

    assert read.json() == {"read": 12}
    told_since = [line for line in out.split() if line != b"begun"]
    assert told_since == [b"closed", b"closed", b"returned"]
    assert process.returncode == 0


async def _gone(url: str) -> bool:
    async with AsyncClient() as client:
        try:
            await client.get(f"{url}/health/live")
        except ConnectError:
            return True
        except TransportError:
            # Taken at the last moment and closed unanswered: it listened a moment ago.
            return False
    return False


async def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken, match=f"Port {port} of 127.0.0.1 cannot be had"):
            await serve({port: _nothing})


async def _nothing(*_: object) -> None:
    """Answer nobody."""
