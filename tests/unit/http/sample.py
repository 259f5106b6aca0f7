"""A small service to try the HTTP edge on: hazards that nobody stores."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import Depends, FastAPI, Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.responses import Response

from shared.errors import Unavailable
from shared.events.base import Role
from shared.events.rules import Actor, Refused, WrongState
from shared.http import (
    DEFAULT_LIMIT,
    Body,
    Commanded,
    Json,
    Limit,
    Router,
    Text,
    allowed,
    answer,
    create_app,
    cursor_of,
    position_of,
)
from shared.settings import Settings

NOON = datetime(2016, 3, 1, 4, 0, tzinfo=UTC)
FORM = "3f1c8c1e-64c5-4b8e-9d2f-0d6f6e2d9a51"
USCC = "91330503MA28XXXX01"


class UnknownSite(Refused):
    """The site has not reached this service."""

    slug = "unknown-site"


class Report(Body):
    """What a worker sends."""

    site: str
    description: Text
    controls: tuple[dict[str, int], ...] = ()


class Resolve(Body):
    """What a team sends."""

    cost_fen: int = 0


async def nothing_away() -> list[str]:
    return []


class Keys:
    """An issuer of tokens, whose public keys lie in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
        self.publish(self.key)

    def publish(self, *keys: Any) -> None:
        """Make these the keys that the file holds."""
        self.file.write_bytes(orjson.dumps(KeySet(list(keys)).as_dict(private=False)))

    def token(self, role: str = "worker", *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token; a claim that is None is left out."""
        given = {
            "iss": "nanxun-development",
            "aud": "nanxun",
            "sub": "ann",
            "role": role,
            "enterprises": [USCC],
            "exp": 4_102_444_800,
            **claims,
        }
        said = {name: value for name, value in given.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": "one", **(header or {})}, said, self.key)

    def bearer(self, role: str = "worker", **claims: Any) -> dict[str, str]:
        """Return the header of a request."""
        return {"Authorization": f"Bearer {self.token(role, **claims)}"}


async def _expected(command: Commanded) -> int | None:
    return command.expected


def hazards() -> Router:
    router = Router(prefix="/v1/hazards", tags=["hazards"])

    @router.post("", dependencies=[allowed(Role.WORKER, Role.SERVICE)], status_code=201)
    async def report(body: Report, command: Commanded) -> Response:
        # As the stream does before it stores anything.
        command.moment()
        made = {"id": "hz_1", "description": body.description, "command": asdict(command)}
        repeated = command.id == FORM
        return answer(made, version=1, created_at="/v1/hazards/hz_1", repeated=repeated)

    @router.post("/{case}/resolve")
    async def resolve(
        case: str,
        actor: Annotated[Actor, allowed(Role.TEAM, Role.MANAGER)],
        body: Resolve,
        command: Commanded,
    ) -> Response:
        resource = {"id": case, "by": actor.id, "cost_fen": body.cost_fen, "expected": command.expected}
        return answer(resource, version=2)

    @router.post("/{case}/withdraw", dependencies=[allowed(Role.WORKER)])
    async def withdraw(case: str, version: Annotated[int | None, Depends(_expected)]) -> Response:
        return answer({"id": case, "expected": version}, version=3)

    @router.get("", dependencies=[allowed(*Role)])
    async def listed(limit: Limit = DEFAULT_LIMIT, cursor: str | None = None) -> Response:
        last = position_of(cursor, int) or 0
        return Json({"items": list(range(last, last + limit)), "cursor": cursor_of(last + limit)})

    @router.get("/broken/{how}", dependencies=[allowed(*Role)])
    async def broken(how: str) -> Response:
        if how == "silence":
            await asyncio.Event().wait()
        refusals: dict[str, Exception] = {
            "state": WrongState("resolved", "assigned"),
            "site": UnknownSite("The site is not known.", fields={"site": "is not known here"}),
            "store": Unavailable("The store does not answer.", retry_after=3),
            "bug": ZeroDivisionError("李娜 wrote this"),
        }
        raise refusals[how]

    @router.post("/import", dependencies=[allowed(Role.SERVICE)])
    async def imported(request: Request) -> Response:
        read = 0
        async for piece in request.stream():
            read += len(piece)
        return Json({"read": read})

    return router


def sample_app(settings: Settings, *, clock: datetime = NOON, **options: Any) -> FastAPI:
    parts: dict[str, Any] = {
        "routers": [hazards()],
        "ready": nothing_away,
        "streamed": ["/v1/hazards/import"],
    }
    return create_app("hazards", settings, clock=lambda: clock, **{**parts, **options})


def later(**span: int) -> str:
    return (NOON + timedelta(**span)).isoformat()
