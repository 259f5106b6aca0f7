"""One long stream of the nation, which a trial goes on publishing and the projection of reporting follows."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pymongo import AsyncMongoClient

from deploy.nation import MONTH, Nation, counties
from services.reporting.app import NAME
from services.reporting.bus import FIGURES
from services.reporting.domain.rollups import Key
from services.reporting.store.rollups import ROLLUPS, rollup_id
from shared import mongo
from shared.events.base import Fact, Recorded
from shared.events.rules import NATION
from shared.projection import Generation, hashed
from shared.projection.positions import POSITIONS
from shared.projection.storage import prepare
from shared.settings import Settings
from tests.bench import bare_loop
from tests.bench.filled import Rollup, cases, fill, keys
from tests.bench.ground import Ground, publish
from tests.bench.progress import Count, summed

# A transaction of each lane (12 of 4,000): no two events of a case are in one, as with cases that take days.
_APART = 48_000
# Until the oldest cases have ended, a stream has too many beginnings.
_WARM, _QUICK_WARM = 120_000, 12_000


@dataclass
class Following:
    """A stream, and how far the projection has come in it.

    Attributes:
        settings: of the corner in which all of it happens.
        client: reads what is stored there.
        generation: where the projection writes.
        position: how many events it has counted.
        events: those that come next.
        quick: whether a look is enough.
        sent: how many events were published.
    """

    settings: Settings
    client: AsyncMongoClient[dict[str, Any]]
    generation: Generation
    position: Count
    events: Iterator[Recorded[Fact]]
    quick: bool
    sent: int = 0

    async def publish(self, count: int, *, quick: int) -> None:
        """Send the next events: ``count`` of them, or ``quick`` where a look is enough."""
        self.sent += await publish(self.settings, islice(self.events, quick if self.quick else count))


@contextlib.asynccontextmanager
async def following(ground: Ground, seed: int) -> AsyncIterator[Following]:
    """Provide a stream of which nothing is published, in a corner where nothing is stored."""
    async with ground.corner() as settings, AsyncMongoClient[dict[str, Any]](settings.mongo) as client:
        database = settings.database(NAME)
        generation = Generation(client[database], FIGURES.name, 1)
        position = summed(client, database, generation.collection_name(POSITIONS), "next")
        events = Nation(seed).stream(apart=_APART)
        yield Following(settings, client, generation, position, events, ground.quick)


@contextlib.asynccontextmanager
async def begun(ground: Ground, seed: int) -> AsyncIterator[Following]:
    """Provide a stream that has as many ends as beginnings, into roll-ups as large as they will be."""
    async with following(ground, seed) as stream:
        await _fill_month(stream.settings, ground)
        await stream.publish(_WARM, quick=_QUICK_WARM)
        yield stream


async def _fill_month(settings: Settings, ground: Ground) -> None:
    """Give ours and the bare loop the roll-ups of a whole month of the nation."""
    client = mongo.connect(settings.mongo)
    generation = Generation(client[settings.database(NAME)], FIGURES.name, 1)
    await prepare(generation, FIGURES)
    client.close()
    some = counties()[:: 20 if ground.quick else 1]
    areas = [NATION, *sorted({code[:2] for code in counties()} | {code[:4] for code in counties()}), *some]
    ours, lanes = generation.collection_name(ROLLUPS), settings.partitions
    database = settings.database(NAME)

    def month() -> Iterator[Rollup]:
        return cases(keys(MONTH, *areas), lanes=lanes)

    await fill(settings.mongo, database, ours, month(), rollup_id, lanes=lanes)
    database = settings.database(bare_loop.NAME)
    await fill(settings.mongo, database, "rollups", month(), _bare_id, lanes=lanes)


def _bare_id(key: Key, lane: int) -> str:
    return hashed(f"{key.area}:{key.month}:{lane}")
