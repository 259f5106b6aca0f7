"""The register's application with its store, and a way to ask it in any role."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from pymongo import AsyncMongoClient

from deploy.local.addresses import Addresses
from services.enterprises.app import api
from shared.events.base import Role
from shared.settings import Settings
from tests.tokens import bearer

MOTORS = "91330503MA2B0ABC1B"
TIMBER = "92330503MA28NANX1T"
BODY = {
    "name": "南浔某电机有限公司",
    "name_en": None,
    "region": "330503",
    "industry": "C3812",
    "employees": 240,
    "revenue_cny": 120_000_000,
    "assets_cny": None,
    "active_from": "2009-03-01",
}
SITE = {"name": "二号车间", "region": "330502", "industry": "C3812", "employees": 40}
KEY = "3f1c8c1e-64c5-4b8e-9d2f-0d6f6e2d9a51"
Claims = Mapping[str, tuple[str, ...]]
CLAIMS: dict[Role, Claims] = {
    Role.WORKER: {"enterprises": (MOTORS,)},
    Role.TEAM: {"enterprises": (MOTORS,)},
    Role.MANAGER: {"enterprises": (MOTORS,)},
    Role.INSPECTOR: {"areas": ("330503",)},
    Role.AUTHORITY: {"areas": ("330503",)},
    Role.SERVICE: {"areas": ("CN",)},
}


@dataclass(frozen=True)
class Register:
    """The running service, as its callers and its relay see it."""

    settings: Settings
    app: FastAPI
    client: AsyncClient
    database: Any

    async def ask(  # noqa: PLR0913 - a request and who sends it
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.OPERATOR,
        headers: dict[str, str] | None = None,
        reach: Claims | None = None,
    ) -> Response:
        """Send one request under /v1 by an account in a role, which reaches what the role usually does."""
        claims = CLAIMS.get(role, {}) if reach is None else reach
        who = bearer(
            self.settings, role, enterprises=claims.get("enterprises", ()), areas=claims.get("areas", ())
        )
        content = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        sent = {"Content-Type": "application/json", **who, **(headers or {})}
        return await self.client.request(method, f"/v1/{path}", content=content, headers=sent)

    async def put(self, uscc: str = MOTORS, *, key: str | None = None, **changed: Any) -> Response:
        """Register or update an enterprise as the registrar."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self.ask("PUT", f"enterprises/{uscc}", {**BODY, **changed}, headers=headers)

    async def upload(
        self, content: bytes, *, media_type: str = "application/x-ndjson", **asked: Any
    ) -> Response:
        """Send an import."""
        headers = {"Content-Type": media_type, **asked.pop("headers", {})}
        return await self.ask("POST", "imports/enterprises", content, headers=headers, **asked)

    async def events(self, uscc: str = MOTORS) -> list[dict[str, Any]]:
        """Return the events of an enterprise as its document holds them."""
        document = await self.database["enterprises"].find_one({"_id": uscc})
        return document["events"] if document else []


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Register]:
    """Run the service while the block runs, and leave nothing of its store."""
    app = api(settings)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://enterprises") as client,
        AsyncMongoClient[dict[str, Any]](settings.mongo) as mongo,
    ):
        name = settings.database("enterprises")
        yield Register(settings, app, client, mongo[name])
        await mongo.drop_database(name)


@pytest.fixture(scope="session")
async def running(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Register]:
    """One service for all tests here: to start it takes longer than any of them."""
    settings = Settings(
        kafka=addresses.kafka,
        mongo=addresses.mongo,
        data=tmp_path_factory.mktemp("enterprises"),
        namespace=f"t{secrets.token_hex(4)}",
    )
    async with serving(settings) as register:
        yield register


@pytest.fixture
async def register(running: Register) -> Register:
    """The service with an empty register."""
    await running.database["enterprises"].delete_many({})
    return running


def fields(response: Response) -> list[str]:
    """Return the fields that a refusal names."""
    assert response.headers["content-type"] == "application/problem+json"
    return [error["field"] for error in response.json().get("errors", [])]


def problem(response: Response) -> tuple[int, str]:
    """Return the status of a refusal and its slug."""
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["type"].removeprefix("/problems/")
