"""The whole platform in this process, and the accounts that call it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from pymongo import AsyncMongoClient
from stdnum.cn.uscc import calc_check_digit

from services.enterprises.app import SERVICE as ENTERPRISES
from services.hazards.app import SERVICE as HAZARDS
from services.reporting.app import SERVICE as REPORTING
from services.suggestions.app import SERVICE as SUGGESTIONS
from shared.events.base import Role
from shared.service import Service, application
from shared.settings import Settings
from shared.topics import provision
from tests.integration.access.routes import ENTERPRISE, OTHER, Route, route
from tests.integration.topics import delete_all
from tests.support import PATIENCE, eventually
from tests.tokens import bearer

SERVICES = {service.name: service for service in (ENTERPRISES, SUGGESTIONS, HAZARDS, REPORTING)}
# One enterprise in Nanxun, and one in another prefecture.
HERE, THERE = "91330503MA2B0ABC1B", "92330503MA28NANX1T"
AREA, OTHER_AREA = "330503", "330602"
STREAMS = {
    "enterprises": "enterprises",
    "suggestions": "suggestions",
    "savings": "suggestions",
    "hazards": "hazards",
}

# The account whose steps come before that of whom a test is about.
OTHERS = "the-other-eyes"
# Ten roles begin at once, on one event loop.
_BEGUN_SECONDS = 2 * PATIENCE

Claims = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a request goes, and what it is about.

    Attributes:
        path: the route's path, filled.
        subject: the id of the case or enterprise that is there; empty before one is made.
        body: what is sent; None where nothing is.
    """

    path: str
    subject: str = ""
    body: dict[str, Any] | None = None


@dataclass
class World:
    """The platform.

    Attributes:
        apps: of each service, by its name.
        clients: of each service, by its name.
        others: of each kind of case, the id of one that is there.
        mongo: the store, as a test looks into it.
    """

    settings: Settings
    mongo: AsyncMongoClient[dict[str, Any]]
    apps: dict[str, FastAPI] = field(default_factory=dict)
    clients: dict[str, AsyncClient] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    _tokens: dict[Any, dict[str, str]] = field(default_factory=dict)
    _made: int = 0

    def who(self, role: Role, claims: Claims | None = None, sub: str | None = None) -> dict[str, str]:
        """Return the header of an account in a role, which reaches what lies here unless told otherwise."""
        claims = inside(role) if claims is None else claims
        known = (role, tuple(claims.items()), sub)
        if known not in self._tokens:
            self._tokens[known] = bearer(self.settings, role, sub or f"a-{role}", **claims)
        return self._tokens[known]

    async def send(
        self,
        asked: Route,
        stage: Stage,
        who: Mapping[str, str],
        *,
        content: bytes | None = None,
        **headers: str,
    ) -> Response:
        """Send one request; ``content`` is sent instead of the stage's body."""
        if content is None and stage.body is not None:
            content = orjson.dumps(stage.body)
        media_type = "application/x-ndjson" if asked.kind == "imports" else "application/json"
        sent = {"Content-Type": media_type, **who, **headers}
        # With more than fits a page, a list would not show what it could.
        query = {"limit": 1000} if asked.method == "GET" and asked.path.count("/") == 2 else None
        client = self.clients[asked.service]
        return await client.request(asked.method, stage.path, params=query, content=content, headers=sent)

    async def stage(self, asked: Route, role: Role = Role.SERVICE) -> Stage:
        """Make what the route needs: a case that is ready for its step, or a form of a new one.

        Steps are another account's, so that four eyes are given; the case is the caller's own.
        """
        body = None if asked.body is None else {**deepcopy(asked.body)}
        if asked.service == "enterprises":
            return await self._enterprise(asked, body)
        if asked.service == "reporting":
            span = "from=2016-01&to=2016-02"
            return Stage(f"{asked.path.format(code=AREA, uscc=HERE)}?{span}", HERE)
        if asked.creates:
            return Stage(asked.path, body={**(body or {}), "site": f"{HERE}-1"})
        # Whoever claims a saving does not judge it.
        case = await (
            self.made("savings", sub=OTHERS) if asked.kind == "savings" else self.made(asked.kind, role)
        )
        for step in asked.after:
            await self._done(route("POST", f"/v1/{asked.kind}/{{case}}/{step}"), case)
        if body and body.get("into") == OTHER:
            body["into"] = self.others[asked.kind]
        return Stage(asked.path.format(case=case), case, body)

    async def made(self, kind: str, role: Role = Role.SERVICE, sub: str | None = None) -> str:
        """Return the id of a new case of the enterprise that is here."""
        create = route("POST", f"/v1/{kind}")
        answer = await self.send(create, await self.stage(create), self.who(role, sub=sub))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def registered(self, uscc: str, region: str = AREA) -> None:
        """Enter an enterprise, as the registrar does."""
        stage = Stage(f"/v1/enterprises/{uscc}", body={**ENTERPRISE, "region": region})
        answer = await self.send(route("PUT", "/v1/enterprises/{uscc}"), stage, self.who(Role.OPERATOR))
        assert answer.status_code in {200, 201}, answer.text

    def new_uscc(self) -> str:
        """Return a code that no enterprise has."""
        self._made += 1
        code = f"91330503MA{self._made:07d}"
        return code + str(calc_check_digit(code))

    async def stored(self) -> dict[str, tuple[int, int]]:
        """Return how many cases and how many events each stream holds."""
        return {name: await self._held(name) for name in STREAMS}

    def database(self, service: str) -> Any:
        """Return a service's database."""
        return self.mongo[self.settings.database(service)]

    async def _held(self, name: str) -> tuple[int, int]:
        counts = {"$group": {"_id": None, "cases": {"$sum": 1}, "events": {"$sum": {"$size": "$events"}}}}
        found = await (await self.database(STREAMS[name])[name].aggregate([counts])).to_list()
        return (found[0]["cases"], found[0]["events"]) if found else (0, 0)

    async def _enterprise(self, asked: Route, body: dict[str, Any] | None) -> Stage:
        uscc = self.new_uscc()
        if asked.kind == "imports":
            return Stage(asked.path, uscc, {**ENTERPRISE, "uscc": uscc})
        path = asked.path.format(uscc=uscc, n=2)
        if asked.creates:
            return Stage(path, uscc, body)
        await self.registered(uscc)
        if "sites/2" in asked.after:
            site = route("PUT", "/v1/enterprises/{uscc}/sites/{n}")
            made = await self.send(
                site,
                Stage(site.path.format(uscc=uscc, n=2), uscc, dict(site.body or {})),
                self.who(Role.OPERATOR),
            )
            assert made.status_code == 201, made.text
        return Stage(path, uscc, body)

    async def _done(self, step: Route, case: str) -> None:
        stage = Stage(step.path.format(case=case), case, {**(step.body or {})})
        answer = await self.send(step, stage, self.who(Role.SERVICE, sub=OTHERS))
        assert answer.status_code == 200, answer.text


def inside(role: Role, enterprise: str = HERE) -> Claims:
    """Return the claims of an account whose business the enterprise here is."""
    match role:
        case Role.WORKER | Role.TEAM | Role.MANAGER:
            return {"enterprises": (enterprise,)}
        case Role.INSPECTOR | Role.AUTHORITY:
            return {"areas": (AREA,)}
        case Role.SERVICE:
            return {"areas": ("CN",)}
        case _:
            return {}


def outside(role: Role, enterprise: str = HERE) -> Claims:
    """Return claims that end elsewhere; those of another role's kind would reach, and count nothing."""
    match role:
        case Role.WORKER | Role.TEAM | Role.MANAGER:
            return {"enterprises": (THERE,), "areas": ("CN",)}
        case Role.INSPECTOR | Role.AUTHORITY:
            return {"enterprises": (enterprise,), "areas": (OTHER_AREA,)}
        case _:
            return {"enterprises": (THERE,), "areas": (OTHER_AREA,)}


@asynccontextmanager
async def platform(settings: Settings) -> AsyncIterator[World]:
    """Run every role of every service, with two enterprises that each of them knows."""
    await provision(settings)
    async with AsyncExitStack() as stack:
        mongo = await stack.enter_async_context(
            AsyncMongoClient[dict[str, Any]](settings.mongo, timeoutMS=5000)
        )
        world = World(settings, mongo)
        for service in SERVICES.values():
            for role in service.roles():
                await _run(stack, world, service, role)
        for uscc, region in ((HERE, AREA), (THERE, OTHER_AREA)):
            await eventually(partial(world.registered, uscc, region))
        # Refused until the register's events have come over Kafka.
        for kind in ("suggestions", "savings", "hazards"):
            world.others[kind] = await eventually(partial(world.made, kind), deadline=_BEGUN_SECONDS)
        await eventually(partial(_reported, world), deadline=_BEGUN_SECONDS)
        yield world


async def _reported(world: World) -> bool:
    asked = route("GET", "/v1/reports/enterprises/{uscc}")
    answer = await world.send(asked, await world.stage(asked), world.who(Role.SERVICE))
    return answer.status_code == 200


@asynccontextmanager
async def swept(settings: Settings) -> AsyncIterator[None]:
    """Leave nothing of the settings' namespace behind."""
    yield
    async with AsyncMongoClient[dict[str, Any]](settings.mongo) as client:
        for name in SERVICES:
            await client.drop_database(settings.database(name))
    await delete_all(settings)


async def _run(stack: AsyncExitStack, world: World, service: Service, role: str) -> None:
    app: Any = application(service, role, world.settings)
    await stack.enter_async_context(app.router.lifespan_context(app))
    if role == "api":
        transport = ASGITransport(app, raise_app_exceptions=False)
        client = AsyncClient(transport=transport, base_url=f"http://{service.name}")
        world.apps[service.name] = app
        world.clients[service.name] = await stack.enter_async_context(client)
