"""What goes on beside HTTP in a process: work that must not end, and a store that may be away."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from pymongo.errors import PyMongoError

from shared import mongo
from shared.mongo import Client

log = structlog.get_logger()

_LONGEST_BACKOFF = 5.0


class Abandoned(Exception):  # noqa: N818 - says what became of the work
    """Work that must not end was cancelled, and by nobody."""


@asynccontextmanager
async def working(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Keep ``work`` running while the block runs; should it fail, the process ends, to be started anew."""
    task = asyncio.create_task(unending(work))
    task.add_done_callback(_ended)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def unending(work: Coroutine[Any, Any, None]) -> None:
    """Do work that ends only when it is told to.

    Raises:
        Abandoned: something within was cancelled by nobody, and took the work with it; a group of tasks would
            go on without it, and nobody hear of that.
    """
    try:
        await work
    except asyncio.CancelledError as cancelled:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Abandoned from cancelled


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (bug := task.exception()):
        log.critical("work-failed", exc_info=bug)
        signal.raise_signal(signal.SIGTERM)


def store_ready(client: Client) -> Callable[[], Awaitable[list[str]]]:
    """Return what tells whether the store is away; of an API it is all, since intake needs nothing else."""

    async def away() -> list[str]:
        try:
            await mongo.ready(client)
        except PyMongoError:
            return ["MongoDB"]
        return []

    return away


async def prepared(*steps: Callable[[], Awaitable[None]]) -> None:
    """Run each step, in turn, again until it succeeds: a store that is away delays and stops nothing."""
    for step in steps:
        backoff = 0.1
        while True:
            try:
                await step()
            except PyMongoError as error:
                log.warning("store-waits", error=str(error)[:200])
                await asyncio.sleep(backoff)
                backoff = min(2 * backoff, _LONGEST_BACKOFF)
            else:
                break
