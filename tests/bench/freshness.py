"""How long after its 201 a suggestion is in the report, while the nation goes on submitting."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial

from deploy.identity import mint
from deploy.stack import Part, Stack
from shared.events.base import Role, Site
from shared.events.rules import SHANGHAI
from shared.settings import Settings
from tests.bench.client import Pool, compose
from tests.bench.copies import known
from tests.bench.frame import Figures, Round, Trial, p99
from tests.bench.ground import Ground
from tests.bench.register import factories, form
from tests.support import eventually

_PARTS = (
    Part("suggestions", "api"),
    Part("suggestions", "relay"),
    Part("suggestions", "projection"),
    Part("reporting", "api"),
    Part("reporting", "projection"),
)
_SECONDS, _QUICK_SECONDS = 30, 6
# One of so many commands is followed into the report of its county, where nobody else reports.
_FOLLOWED = 100
_PROBES = 2_400
_CROWD = 200
_PATIENCE_SECONDS = 60
# Whoever waits for a figure asks so often, which is within what is measured. More of them, or more often, and
# those who ask would take a core for themselves.
_ASK_SECONDS = 0.1
_TAKEN, _BUSY = (201, 200), 503
_AGAIN_SECONDS = 1
# Connections; a pace that cannot be kept up must not use up what the system gives.
_AT_ONCE = 400


@contextlib.asynccontextmanager
async def _rounds(ground: Ground, *, pace: int) -> AsyncIterator[Round]:
    async with ground.corner() as settings:
        sites = factories(_PROBES + _CROWD)
        await known(settings, "suggestions", sites)
        async with Stack(settings, ground.addresses, of=_PARTS) as stack:
            load = _Load(stack.settings, pace, iter(sites[:_PROBES]), sites[_PROBES:])
            await load.run(2)  # the first commands meet cold processes

            async def measure() -> Figures:
                waited = await load.run(_QUICK_SECONDS if ground.quick else _SECONDS)
                return {"ours": p99(waited), "median": sorted(waited)[len(waited) // 2] * 1_000}

            yield measure
            load.close()


def at(pace: int) -> Trial:
    """Return the trial at so many commands a second."""
    return Trial(f"freshness at {pace}/s", partial(_rounds, pace=pace))


class _Load:
    """Submits at a steady pace, whatever the answers do, and follows some into the report."""

    def __init__(self, settings: Settings, pace: int, probes: Iterator[Site], crowd: list[Site]) -> None:
        self._pace = pace
        self._probes = probes
        self._crowd = crowd
        self._intake = Pool(settings.port("suggestions"))
        self._reports = Pool(settings.port("reporting"))
        self._sender = _bearer(settings, Role.SERVICE)
        self._reader = _bearer(settings, Role.OPERATOR)
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def run(self, seconds: int) -> list[float]:
        """Submit for so long; return how long each of those that were followed took."""
        waited: list[float] = []
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number in range(seconds * self._pace):
                await asyncio.sleep(max(began + number / self._pace - time.perf_counter(), 0))
                if number % _FOLLOWED:
                    tasks.create_task(self._submit(self._crowd[number % len(self._crowd)]))
                else:
                    tasks.create_task(self._follow(next(self._probes), waited))
        return waited

    def close(self) -> None:
        """Let go of the connections."""
        self._intake.close()
        self._reports.close()

    async def _submit(self, place: Site) -> None:
        request = form(place, self._sender)
        async with self._room:
            # As a phone does: whoever is told that we are busy sends the same form again.
            answer = await self._intake.send(request)
            while answer.status == _BUSY:
                await asyncio.sleep(_AGAIN_SECONDS)
                answer = await self._intake.send(request)
        assert answer.status in _TAKEN, answer.body

    async def _follow(self, place: Site, waited: list[float]) -> None:
        await self._submit(place)
        accepted = time.perf_counter()
        month = datetime.now(UTC).astimezone(SHANGHAI).strftime("%Y-%m")
        path = f"/v1/reports/areas/{place.region}?from={month}&to={month}"
        asked = compose("GET", path, self._reader)

        async def shown() -> bool:
            report = await self._reports.send(asked)
            return bool(report.json()["totals"]["suggestions_submitted"])

        await eventually(shown, deadline=_PATIENCE_SECONDS, every=_ASK_SECONDS)
        waited.append(time.perf_counter() - accepted)


def _bearer(settings: Settings, role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint(settings, role, role.value, areas=['CN'])}"}
