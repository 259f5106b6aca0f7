"""How fast events become figures: the projection of reporting, a bare loop and the idiomatic handler."""

import contextlib
import sys
from collections.abc import AsyncIterator

from services.reporting.app import NAME as REPORTING
from services.reporting.store.rollups import ACTIVITY, ENTERPRISES
from shared.projection.documents import CASES
from tests.bench import bare_loop, idiomatic, room
from tests.bench.following import Following, begun
from tests.bench.frame import Figures, Round, Trial
from tests.bench.ground import Ground, process, role
from tests.bench.meter import Meter
from tests.bench.progress import Count, rate, summed

# At 5,000 a second 24 s of work for ours.
ROUND, QUICK_ROUND = 120_000, 30_000
# Of the slow one a sample tells the rate; nobody waits for the rest.
_SAMPLE_SECONDS = 8.0


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    """Follow one long stream; each round adds events, which each of the three then counts."""
    async with begun(ground, seed=1) as stream:
        settings, client = stream.settings, stream.client
        figures = settings.database(REPORTING)
        bare = summed(client, settings.database(bare_loop.NAME), "positions", "next")
        handled = summed(client, settings.database(idiomatic.NAME), "counties", "n")
        kept = [settings.topic(topic) for topic in bare_loop.TOPICS]
        # The roll-ups are as large as they will be: a month has so many areas, whatever happens.
        grown = [stream.generation.collection_name(name) for name in (CASES, ENTERPRISES, ACTIVITY)]
        await ours(stream, ground.meter("warm"))
        await _reference(stream, "bare_loop", bare)

        async def measure() -> Figures:
            await stream.publish(ROUND, quick=QUICK_ROUND)
            meter = ground.meter("projection")
            return {
                "ours": await ours(stream, meter),
                "bare loop": await _reference(stream, "bare_loop", bare),
                "idiomatic": await _reference(stream, "idiomatic", handled, seconds=_SAMPLE_SECONDS),
                **meter.figures(),
                "log bytes": room.of_topics(ground.data, kept) / stream.sent,
                "read model bytes": await room.of_collections(client, figures, grown) / stream.sent,
            }

        yield measure


TRIAL = Trial("projection", _rounds)


async def ours(stream: Following, meter: Meter) -> float:
    """Return how many events a second our projection counts, until it has them all."""
    async with role(stream.settings, REPORTING, "projection") as child:
        return await rate(stream.position, stream.sent, child, meter=meter)


async def _reference(stream: Following, module: str, count: Count, *, seconds: float | None = None) -> float:
    async with process(stream.settings, module, sys.executable, "-m", f"tests.bench.{module}") as child:
        return await rate(count, stream.sent, child, seconds=seconds)
