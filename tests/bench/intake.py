"""How many forms a second are taken, each durable before its answer; beside applications that store less."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Sequence

from deploy.identity import mint
from deploy.local.processes import listening
from services.suggestions.store import SERVICE as NAME
from shared.events.base import Role, Site
from shared.settings import Settings
from tests.bench.client import Connection
from tests.bench.copies import known
from tests.bench.frame import Figures, Round, Trial
from tests.bench.ground import Ground, process
from tests.bench.meter import Meter
from tests.bench.register import factories, forms

# Phones at once: enough that writes meet, as they do at the end of a shift.
_CONNECTIONS = 64
# Each with a token of its own, as accounts have.
_FACTORIES = 200
_ROUND, _QUICK_ROUND, _FIRST = 8_000, 1_000, 500
_START_SECONDS = 60
_CREATED = 201

_OURS = ("-m", f"services.{NAME}", "api")
_REFERENCES = {how: ("-m", "tests.bench.intake_reference", how) for how in ("nothing", "single")}


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    async with ground.corner() as settings:
        sites = factories(_FACTORIES)
        await known(settings, NAME, sites)
        tokens = {place.enterprise: _bearer(settings, place) for place in sites}

        async def measure() -> Figures:
            count = _QUICK_ROUND if ground.quick else _ROUND
            figures: Figures = {}
            meter = ground.meter("intake")
            for name, command in {"ours": _OURS, **_REFERENCES}.items():
                early, rest = forms(sites, tokens, _FIRST), forms(sites, tokens, count)
                figures[name] = await _served(
                    settings, command, early, rest, meter if name == "ours" else None
                )
            return figures | meter.figures()

        yield measure


TRIAL = Trial("intake", _rounds)


def _bearer(settings: Settings, place: Site) -> dict[str, str]:
    token = mint(settings, Role.WORKER, f"worker of {place.enterprise}", enterprises=[place.enterprise])
    return {"Authorization": f"Bearer {token}"}


async def _served(
    settings: Settings,
    command: Sequence[str],
    early: list[bytes],
    rest: list[bytes],
    meter: Meter | None,
) -> float:
    """Return how many a second are taken; the early ones warm the process and are not counted."""
    port = settings.port(NAME)
    async with process(settings, f"{NAME}-{command[-1]}", sys.executable, *command) as child:
        await child.until(lambda: listening(port), within=_START_SECONDS)
        await _send(port, early)
        if meter is not None:
            meter.begin(child)
        began = time.perf_counter()
        await _send(port, rest)
        took = time.perf_counter() - began
        if meter is not None:
            meter.end(child, len(rest))
        return len(rest) / took


async def _send(port: int, requests: list[bytes]) -> None:
    left = iter(requests)

    async def one() -> None:
        connection = await Connection.to(port)
        for request in left:
            answer = await connection.send(request)
            assert answer.status == _CREATED, answer.body
        connection.close()

    await asyncio.gather(*(one() for _ in range(_CONNECTIONS)))
