"""How long a report takes while the projection works as fast as it can.

There are the roll-ups of a year, and of the decades in which the enterprises of the register became active.
"""

import contextlib
import time
from collections.abc import AsyncIterator
from itertools import chain

from deploy.identity import mint
from deploy.local.processes import listening
from deploy.nation import MONTH, counties
from services.reporting.app import NAME
from services.reporting.bus import FIGURES
from services.reporting.store.rollups import MARKS, ROLLUPS, mark_id, rollup_id
from shared import mongo
from shared.events.base import Role
from shared.events.rules import NATION
from shared.mongo import Collection
from shared.projection import Generation
from shared.projection.storage import prepare
from shared.settings import Settings
from tests.bench.client import Pool, compose
from tests.bench.filled import cases, fill, keys, registrations
from tests.bench.following import following
from tests.bench.frame import Figures, Round, Trial, p99
from tests.bench.ground import Ground, role

_MONTHS = (*range(202504, 202513), *range(202601, 202604))
# As far back as the enterprises of ``Register`` go.
_BEFORE = tuple(year * 100 + month for year in range(2000, 2020) for month in range(1, 13))
_ASKED = "from=2025-04&to=2026-03"
_READS, _QUICK_READS = 150, 15
_ROUND, _QUICK_ROUND = 80_000, 10_000
_START_SECONDS = 60
_OK = 200
_PATHS = {"nation": f"/v1/reports/areas/CN?{_ASKED}", "provinces": f"/v1/reports/areas/CN?{_ASKED}&by=area"}


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    """Each round has a backlog to work off, and reads until enough was read or nothing is left of it."""
    async with following(ground, seed=3) as stream:
        settings = stream.settings
        await _fill(settings, ground)
        headers = {"Authorization": f"Bearer {mint(settings, Role.OPERATOR, 'reader', areas=['CN'])}"}
        reader = Pool(settings.port(NAME))
        asked = {name: compose("GET", path, headers) for name, path in _PATHS.items()}
        async with role(settings, NAME, "api") as child:
            await child.until(lambda: listening(reader.port), within=_START_SECONDS)

            async def measure() -> Figures:
                before = stream.sent
                await stream.publish(_ROUND, quick=_QUICK_ROUND)
                took: dict[str, list[float]] = {name: [] for name in asked}
                enough = _QUICK_READS if ground.quick else _READS
                async with role(settings, NAME, "projection"):
                    while (now := await stream.position()) < stream.sent and len(took["nation"]) < enough:
                        for name, request in asked.items() if now > before else ():
                            took[name].append(await _read(reader, request))
                return {name: p99(seconds) for name, seconds in took.items()}

            yield measure
        reader.close()


TRIAL = Trial("reads", _rounds)


async def _read(reader: Pool, request: bytes) -> float:
    began = time.perf_counter()
    answer = await reader.send(request)
    assert answer.status == _OK, answer.body
    return time.perf_counter() - began


async def _fill(settings: Settings, ground: Ground) -> None:
    """Fill nation and provinces for a year and the register before it, and counties in the stream's month."""
    client = mongo.connect(settings.mongo)
    generation = Generation(client[settings.database(NAME)], FIGURES.name, 1)
    await prepare(generation, FIGURES)
    above = sorted({code[:2] for code in counties()})
    year = chain.from_iterable(keys(month, NATION, *above) for month in _MONTHS)
    back = _BEFORE[:: 20 if ground.quick else 1]
    before = chain.from_iterable(keys(month, NATION, *above) for month in back)
    below = () if ground.quick else keys(MONTH, *counties())
    collection, lanes = generation.collection_name(ROLLUPS), settings.partitions
    database = settings.database(NAME)
    filled = chain(
        cases(chain(year, below), lanes=lanes),
        registrations(before, months=len(_BEFORE), lanes=lanes),
    )
    await fill(settings.mongo, database, collection, filled, rollup_id, lanes=lanes)
    await _mark(client[database][generation.collection_name(MARKS)], lanes)
    client.close()


async def _mark(marks: Collection, lanes: int) -> None:
    """Leave the mark of a unit of each lane on each month, as whatever fills them does."""
    at = [(month, lane) for month in (*_BEFORE, *_MONTHS) for lane in range(lanes)]
    await marks.insert_many(
        [{"_id": mark_id(month, lane), "month": month, "lane": lane, "mark": 0} for month, lane in at]
    )
