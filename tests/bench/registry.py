"""The registry by phase: imported alone beside ``insert_many``; imported, published and in every copy."""

import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from pymongo import AsyncMongoClient

from deploy.local.processes import Child, listening
from deploy.nation import ENTERPRISES, Register
from deploy.registry.copies import everywhere, followers
from deploy.registry.upload import upload
from services.enterprises.app import NAME
from shared.settings import Settings
from tests.bench.frame import Figures, Round, Trial
from tests.bench.ground import Ground, role
from tests.bench.progress import reached

_ROUND, _QUICK_ROUND = 40_000, 4_000
# The bulk size of the import.
_TOGETHER = 500
_START_SECONDS = 60

Client = AsyncMongoClient[dict[str, Any]]


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    """Each round imports others of the nation, some alone and as many with everything following."""
    register = Register(1, enterprises=ENTERPRISES)
    count, done = _QUICK_ROUND if ground.quick else _ROUND, 0
    async with ground.corner() as settings, Client(settings.mongo) as client:

        async def measure() -> Figures:
            nonlocal done
            importing, relaying, following = (
                ground.meter(f"registry {part}") for part in ("import", "relay", "copy")
            )
            async with role(settings, NAME, "api") as api:
                await api.until(lambda: listening(settings.port(NAME)), within=_START_SECONDS)
                importing.begin(api)
                alone = await _imported(settings, register, done, count)
                importing.end(api, count)
                done += count
                bare = await _inserted(client, settings, count)
                async with contextlib.AsyncExitStack() as running:
                    relay = await running.enter_async_context(role(settings, NAME, "relay"))
                    copies = [
                        await running.enter_async_context(role(settings, one.service, "projection"))
                        for one in followers()
                    ]
                    await reached(lambda: everywhere(settings, client), done, relay)
                    relaying.begin(relay)
                    following.begin(copies[0])
                    whole = await _everywhere(settings, client, register, done, count, relay)
                    relaying.end(relay, count)
                    following.end(copies[0], count)
                    done += count
            return {
                "alone": alone,
                "insert_many": bare,
                "whole": whole,
                **importing.figures(),
                **relaying.figures(),
                **following.figures(),
            }

        yield measure


TRIAL = Trial("registry", _rounds)


async def _imported(settings: Settings, register: Register, first: int, count: int) -> float:
    began = time.perf_counter()
    await upload(settings, register, first, first + count, lambda _: None)
    return count / (time.perf_counter() - began)


async def _inserted(client: Client, settings: Settings, count: int) -> float:
    """Return how many of the same documents a second go in as they are, without indexes and checks."""
    database = client[settings.database(NAME)]
    documents = await database[NAME].find().limit(count).to_list()
    plain = database["plain"]
    began = time.perf_counter()
    for start in range(0, len(documents), _TOGETHER):
        await plain.insert_many(documents[start : start + _TOGETHER], ordered=False)
    rate = count / (time.perf_counter() - began)
    await plain.drop()
    return rate


async def _everywhere(  # noqa: PLR0913, PLR0917 - what is imported, and where it is to arrive
    settings: Settings, client: Client, register: Register, first: int, count: int, relay: Child
) -> float:
    """Return how many a second are imported, published and in every copy, from the first to the last."""
    began = time.perf_counter()
    await upload(settings, register, first, first + count, lambda _: None)
    await reached(lambda: everywhere(settings, client), first + count, relay)
    return count / (time.perf_counter() - began)
