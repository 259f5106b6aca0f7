"""How fast events become figures: the projection of reporting, a bare loop and the idiomatic handler."""

import contextlib
import sys
from collections.abc import AsyncIterator
from itertools import islice
from typing import Any

from pymongo import AsyncMongoClient

from deploy.nation import MONTH, Nation, counties
from services.reporting.app import NAME as REPORTING
from services.reporting.bus import FIGURES
from services.reporting.domain.rollups import Key
from services.reporting.store.rollups import ACTIVITY, ENTERPRISES, ROLLUPS, rollup_id
from shared import mongo
from shared.events.rules import NATION
from shared.projection import Generation, hashed
from shared.projection.documents import CASES
from shared.projection.positions import POSITIONS
from shared.projection.storage import prepare
from shared.settings import Settings
from tests.bench import bare_loop, idiomatic, room
from tests.bench.filled import fill, keys
from tests.bench.frame import Figures, Round, Trial
from tests.bench.ground import Ground, process, publish, role
from tests.bench.meter import Meter
from tests.bench.progress import Count, rate, summed

# A transaction of each lane (12 of 4,000): no two events of a case are in one, as with cases that take days.
APART = 48_000
# Until the oldest cases have ended, a stream has too many beginnings.
_WARM, _ROUND = 120_000, 120_000
_QUICK_WARM, _QUICK_ROUND = 12_000, 30_000
# Of the slow one a sample tells the rate; nobody waits for the rest.
_SAMPLE_SECONDS = 8.0


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    """Follow one long stream; each round adds events, which each of the three then counts."""
    async with ground.corner() as settings, AsyncMongoClient[dict[str, Any]](settings.mongo) as client:
        await fill_months(settings, ground)
        events = Nation(1).stream(apart=APART)
        sent = await publish(settings, islice(events, _QUICK_WARM if ground.quick else _WARM))
        figures = settings.database(REPORTING)
        generation = Generation(client[figures], FIGURES.name, 1)
        position = summed(client, figures, generation.collection_name(POSITIONS), "next")
        bare = summed(client, settings.database(bare_loop.NAME), "positions", "next")
        handled = summed(client, settings.database(idiomatic.NAME), "counties", "n")
        kept = [settings.topic(topic) for topic in bare_loop.TOPICS]
        # The roll-ups are as large as they will be: a month has so many areas, whatever happens.
        grown = [generation.collection_name(name) for name in (CASES, ENTERPRISES, ACTIVITY)]
        await _ours(settings, position, sent, ground.meter("warm"))
        await _reference(settings, "bare_loop", bare, sent)

        async def measure() -> Figures:
            nonlocal sent
            sent += await publish(settings, islice(events, _QUICK_ROUND if ground.quick else _ROUND))
            meter = ground.meter("projection")
            return {
                "ours": await _ours(settings, position, sent, meter),
                "bare loop": await _reference(settings, "bare_loop", bare, sent),
                "idiomatic": await _reference(settings, "idiomatic", handled, sent, seconds=_SAMPLE_SECONDS),
                **meter.figures(),
                "log bytes": room.of_topics(ground.data, kept) / sent,
                "read model bytes": await room.of_collections(client, figures, grown) / sent,
            }

        yield measure


TRIAL = Trial("projection", _rounds)


@contextlib.asynccontextmanager
async def alone(ground: Ground) -> AsyncIterator[Round]:
    """Follow one long stream with ours only."""
    async with ground.corner() as settings, AsyncMongoClient[dict[str, Any]](settings.mongo) as client:
        await fill_months(settings, ground)
        events = Nation(1).stream(apart=APART)
        sent = await publish(settings, islice(events, _QUICK_WARM if ground.quick else _WARM))
        database = settings.database(REPORTING)
        positions = Generation(client[database], FIGURES.name, 1).collection_name(POSITIONS)
        position = summed(client, database, positions, "next")
        await _ours(settings, position, sent, ground.meter("warm"))

        async def measure() -> Figures:
            nonlocal sent
            sent += await publish(settings, islice(events, _QUICK_ROUND if ground.quick else _ROUND))
            return {"ours": await _ours(settings, position, sent, ground.meter("projection"))}

        yield measure


async def _ours(settings: Settings, count: Count, upto: int, meter: Meter) -> float:
    async with role(settings, REPORTING, "projection") as child:
        return await rate(count, upto, child, meter=meter)


async def _reference(
    settings: Settings, module: str, count: Count, upto: int, *, seconds: float | None = None
) -> float:
    async with process(settings, module, sys.executable, "-m", f"tests.bench.{module}") as child:
        return await rate(count, upto, child, seconds=seconds)


async def fill_months(settings: Settings, ground: Ground) -> None:
    """Give ours and the bare loop the roll-ups of a whole month of the nation."""
    client = mongo.connect(settings.mongo)
    generation = Generation(client[settings.database(REPORTING)], FIGURES.name, 1)
    await prepare(generation, FIGURES)
    client.close()
    some = counties()[:: 20 if ground.quick else 1]
    areas = [NATION, *sorted({code[:2] for code in counties()} | {code[:4] for code in counties()}), *some]
    ours, lanes = generation.collection_name(ROLLUPS), settings.partitions
    database = settings.database(REPORTING)
    await fill(settings.mongo, database, ours, keys(MONTH, *areas), rollup_id, lanes=lanes)
    database = settings.database(bare_loop.NAME)
    await fill(settings.mongo, database, "rollups", keys(MONTH, *areas), _bare_id, lanes=lanes)


def _bare_id(key: Key, lane: int) -> str:
    return hashed(f"{key.area}:{key.month}:{lane}")
