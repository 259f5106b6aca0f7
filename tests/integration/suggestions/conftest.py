"""One service for all tests here, with a register it has read from Kafka; cases never meet, by their keys."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from pymongo import AsyncMongoClient

from deploy.local.addresses import Addresses
from services.suggestions.app import api
from shared.events.base import Role
from shared.settings import Settings
from shared.topics import provision
from tests import register
from tests.facts import event
from tests.integration.topics import delete_all
from tests.tokens import bearer

HERE = "91330503MA2B0ABC1B"
ELSEWHERE = "92330503MA28NANX1T"
TWO_SITES = "91110000600037341L"
CLOSED = "91330503MA2B0ABC2A"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # in Shanghai
HAZARD = "hz_" + "a" * 32


@dataclass
class Floor:
    """The people of a factory and how they call the service.

    Attributes:
        now: what the service's clock shows.
        calls: who may call, as (role, account, scope).
    """

    client: AsyncClient
    settings: Settings
    database: Any
    now: datetime = NOON
    tokens: dict[Any, dict[str, str]] = field(default_factory=dict)

    def later(self, **span: int) -> str:
        """Return a time after noon."""
        return (NOON + timedelta(**span)).isoformat()

    async def send(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        who: str,
        body: Any = None,
        *,
        key: str | None = None,
        etag: str | None = None,
        of: tuple[str, ...] = (HERE,),
    ) -> Response:
        """Send a request as ``<role> <account>``, of enterprises or areas."""
        named = {"Idempotency-Key": key, "If-Match": etag}
        headers = self._token(who, of) | {name: value for name, value in named.items() if value is not None}
        return await self.client.request(method, path, json=body, headers=headers)

    async def post(self, path: str, who: str, body: Any = None, **parts: Any) -> Response:
        """Send a command; without a body, one that has nothing to say."""
        return await self.send("POST", path, who, {} if body is None else body, **parts)

    async def get(self, path: str, who: str, **parts: Any) -> Response:
        """Read."""
        return await self.send("GET", path, who, **parts)

    async def stored(self, case: str) -> dict[str, Any]:
        """Return the document of a case."""
        kind = {"sg": "suggestions", "sv": "savings"}[case[:2]]
        document: dict[str, Any] = await self.database[kind].find_one({"_id": case})
        return document

    def _token(self, who: str, of: tuple[str, ...]) -> dict[str, str]:
        if (who, of) not in self.tokens:
            role, account = who.split()
            enterprises = [code for code in of if len(code) == len(HERE)]
            areas = [code for code in of if code not in enterprises]
            self.tokens[who, of] = bearer(
                self.settings, Role(role), account, enterprises=enterprises, areas=areas
            )
        return self.tokens[who, of]


@pytest.fixture(scope="session")
async def service(
    addresses: Addresses, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[FastAPI, Settings]]:
    """The service, in a namespace of its own."""
    settings = Settings(
        kafka=addresses.kafka,
        mongo=addresses.mongo,
        data=tmp_path_factory.mktemp("suggestions"),
        namespace=f"s{secrets.token_hex(4)}",
        partitions=3,
    )
    await provision(settings)
    gone = register.enterprise(CLOSED, closed=True)
    await register.known(
        settings,
        "suggestions",
        register.registered(register.enterprise(HERE)),
        register.registered(register.enterprise(ELSEWHERE)),
        register.registered(register.enterprise(TWO_SITES, region="110101", sites=2)),
        register.registered(register.enterprise(CLOSED)),
        register.closed(gone, at=NOON - timedelta(days=1)),
        event(HAZARD, 1, HERE),
        follows="hazards",
    )
    app = api(settings)
    async with app.router.lifespan_context(app):
        await app.state.store.prepare()
        yield app, settings
    async with AsyncMongoClient[dict[str, Any]](settings.mongo) as client:
        await client.drop_database(settings.database("suggestions"))
    await delete_all(settings)


@pytest.fixture
async def floor(service: tuple[FastAPI, Settings]) -> AsyncIterator[Floor]:
    app, settings = service
    transport = ASGITransport(app)
    async with (
        AsyncClient(transport=transport, base_url="http://suggestions") as client,
        AsyncMongoClient[dict[str, Any]](settings.mongo) as mongo,
    ):
        floor = Floor(client, settings, mongo[settings.database("suggestions")])
        app.state.clock = lambda: floor.now
        yield floor


def key() -> str:
    """Return the Idempotency-Key of a new form."""
    return secrets.token_hex(16)


def idea(**changes: Any) -> dict[str, Any]:
    """Return a form that a worker fills in."""
    return {"site": f"{HERE}-1", "topic": "quality", "text": "夹具松动 / the clamp is loose", **changes}


def gain(**changes: Any) -> dict[str, Any]:
    """Return the claim of a saving."""
    period = {"from": "2025-11-01", "to": "2026-02-28"}
    return {
        "site": f"{HERE}-1",
        "amount_fen": 1_600_000,
        "category": "downtime",
        "method": "hours × rate",
        "period": period,
        **changes,
    }


REVIEW = {"recommendation": "approve", "present": {"workers": 6, "managers": 4}, "comment": "值得做"}
APPROVE = {"owner": "班组长", "due": "2026-12-01", "budget_fen": 120_000}
IMPLEMENT = {"description": "换了夹具", "cost_fen": 90_000}

# The way of a suggestion from the floor to the verified improvement: who, step, body.
WAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("team mei", "review", REVIEW),
    ("manager li", "approve", APPROVE),
    ("team mei", "start", {}),
    ("team mei", "implement", IMPLEMENT),
    ("manager li", "verify", {}),
)


async def submitted(floor: Floor, **changes: Any) -> str:
    """Submit an idea and return its path."""
    made = await floor.post("/v1/suggestions", "worker ann", idea(**changes))
    assert made.status_code == 201, made.text
    return made.headers["location"]


async def taken(floor: Floor, path: str, steps: int) -> None:
    """Take the first steps of the way."""
    for who, step, body in WAY[:steps]:
        done = await floor.post(f"{path}/{step}", who, body)
        assert done.status_code == 200, done.text


async def claimed(floor: Floor, **changes: Any) -> str:
    """Claim a saving and return its path."""
    made = await floor.post("/v1/savings", "team mei", gain(**changes))
    assert made.status_code == 201, made.text
    return made.headers["location"]


def refused(answer: Response, status: int, slug: str, field: str | None = None) -> dict[str, Any]:
    """Return the problem document, which is as expected."""
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["type"]) == (status, f"/problems/{slug}"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if field is not None:
        assert field in [error["field"] for error in problem["errors"]]
    return problem
