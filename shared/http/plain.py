"""What every process answers to anybody: is it alive and ready, its measurements, its contracts."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from shared.http.answers import Json
from shared.http.problems import Problem

#: Says what is away; nothing when the process can do its work.
Ready = Callable[[], Awaitable[Sequence[str]]]

# A probe that waits longer counts as failed on most platforms anyway.
PATIENCE_SECONDS = 2.0
_CONTRACTS = Path(__file__).parent.parent / "events"
_NAME = re.compile(r"[A-Za-z]{1,64}")
_MAJOR = re.compile(r"[0-9]{1,9}")


class Plain(Route):
    """A route that names itself in the scope, as FastAPI's do: metric and log call it by its template."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether the request is for this route."""
        match, child = super().matches(scope)
        return match, child if match is Match.NONE else {**child, "route": self}


def plain_routes(service: str, ready: Ready, *, patience: float = PATIENCE_SECONDS) -> list[Route]:
    """Return the routes that need no token: they show no data, only how the process is."""

    async def is_ready(_request: Request) -> Response:
        try:
            async with asyncio.timeout(patience):
                away = list(await ready())
        except TimeoutError:
            away = ["an answer in time"]
        if away:
            detail = f"Not ready: {', '.join(away)}."
            raise Problem("not-ready", 503, detail, headers={"Retry-After": "2"}, away=away)
        return Json({"status": "ready"})

    def asyncapi(_request: Request) -> Response:
        return _file(_CONTRACTS / "asyncapi" / f"{service}.json")

    return [
        Plain("/health/live", _live),
        Plain("/health/ready", is_ready),
        Plain("/metrics", _metrics),
        Plain("/schemas/{type}/{major}", _schema),
        Plain("/asyncapi.json", asyncapi),
    ]


async def _live(_request: Request) -> Response:
    return Json({"status": "live"})


async def _metrics(_request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _schema(request: Request) -> Response:
    name, major = request.path_params["type"], request.path_params["major"]
    if not _NAME.fullmatch(name) or not _MAJOR.fullmatch(major):
        raise _no_contract()
    return _file(_CONTRACTS / "schemas" / name / f"{major}.json", "application/schema+json")


def _file(path: Path, media_type: str = "application/json") -> Response:
    try:
        # A contract changes only with a release.
        return Response(path.read_bytes(), media_type=media_type, headers={"Cache-Control": "max-age=3600"})
    except FileNotFoundError:
        raise _no_contract() from None


def _no_contract() -> Problem:
    return Problem("not-found", 404, "There is no such contract.")
