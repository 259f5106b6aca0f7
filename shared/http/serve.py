"""Serves applications on their ports until the process is told to stop, and lets what is under way end."""

import asyncio
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
import uvloop
from starlette.types import ASGIApp

# With the closing of what the applications hold, a process is gone within 15 s; most platforms kill after 30.
GRACE_SECONDS = 12


class PortTaken(Exception):  # noqa: N818 - says what is in the way
    """Another process answers on the port."""


class _Server(uvicorn.Server):
    """Leaves the signals to us: its own handling would end the process before our other parts have closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(apps: Mapping[int, ASGIApp], *, host: str = "127.0.0.1") -> None:
    """Serve each application on its port; returns after SIGTERM or SIGINT, a second one hurries.

    Raises:
        PortTaken: nothing is served then.
    """
    sockets = {port: _listen(host, port) for port in apps}
    servers = {port: _Server(_config(app)) for port, app in apps.items()}

    def stop() -> None:
        for server in servers.values():
            server.force_exit = server.should_exit
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await asyncio.gather(*(server.serve([sockets[port]]) for port, server in servers.items()))
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def run(apps: Mapping[int, ASGIApp], *, host: str = "127.0.0.1") -> None:
    """Serve as the whole work of this process."""
    uvloop.run(serve(apps, host=host))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise PortTaken(f"Port {port} of {host} cannot be had: {error.strerror}.") from error


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        # Each request has its line already, and logging is configured by the process.
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
