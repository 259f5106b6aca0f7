"""The service as its callers meet it, with a clock that tests set."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx2 import AsyncClient, Response

from services.hazards.store import Store
from shared.events.base import Role
from shared.settings import Settings
from tests.tokens import bearer

# Four enterprises: one in Nanxun, one in another prefecture, one with two sites, one that closed yesterday.
HERE, THERE, SEVERAL, CLOSED = (
    "91330503MA2B0ABC1B",
    "92330503MA28NANX1T",
    "91110000600037341L",
    "91330503MA2B0ABC2A",
)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def form(**said: Any) -> dict[str, Any]:
    """A report as a worker's phone sends it; a field that is None is sent as null."""
    return {
        "site": f"{HERE}-1",
        "source": "worker",
        "description": "三号滚筒没有护罩",
        "place": "三车间",
        **said,
    }


CONTROLS = [{"rank": "ppe", "description": "手套"}, {"rank": "engineering", "description": "护罩"}]
LEC: dict[str, Any] = {"method": "LEC", "likelihood": "3", "exposure": "6", "consequence": "7"}


@dataclass(slots=True)
class World:
    """The service and who calls it; ``client`` and ``store`` are there once it runs."""

    settings: Settings
    now: datetime = NOON
    client: AsyncClient = field(init=False)
    store: Store = field(init=False)

    def who(
        self,
        role: str = "team",
        sub: str = "ann",
        *,
        enterprises: tuple[str, ...] | None = None,
        areas: tuple[str, ...] = (),
    ) -> dict[str, str]:
        """The header of a caller; of the enterprise in Nanxun unless told otherwise."""
        named = ((HERE,) if not areas else ()) if enterprises is None else enterprises
        return bearer(self.settings, Role(role), sub, enterprises=named, areas=areas)

    async def report(
        self, body: dict[str, Any] | None = None, *, who: dict[str, str] | None = None, key: str = ""
    ) -> Response:
        """Send a report."""
        return await self.post("", body or form(), who=who, key=key)

    async def reported(self, **said: Any) -> str:
        """The id of a new hazard."""
        answer = await self.report(form(**said))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def post(
        self,
        path: str,
        body: dict[str, Any],
        *,
        who: dict[str, str] | None = None,
        key: str = "",
        seen: int | None = None,
    ) -> Response:
        """Send a command, below ``/v1/hazards``, meant for the version that was ``seen``."""
        sent = {**(who or self.who()), "Idempotency-Key": key or new_key()}
        if seen is not None:
            sent["If-Match"] = f'"{seen}"'
        return await self.client.post(f"/v1/hazards{path}", json=body, headers=sent)

    async def step(self, case: str, name: str, who: dict[str, str] | None = None, **body: Any) -> Response:
        """Take one step of a hazard."""
        return await self.post(f"/{case}/{name}", body, who=who)

    async def get(self, path: str, *, who: dict[str, str] | None = None, **query: Any) -> Response:
        """Read, below ``/v1/hazards``."""
        return await self.client.get(f"/v1/hazards{path}", params=query, headers=who or self.who())

    async def resolved(self, who: dict[str, str] | None = None, **said: Any) -> str:
        """The id of a hazard that has been resolved (by ann unless told otherwise)."""
        case = await self.reported(**said)
        answer = await self.step(case, "resolve", who, controls=CONTROLS)
        assert answer.status_code == 200, answer.text
        return case

    async def published(self, case: str) -> list[dict[str, Any]]:
        """The events of a case as they are stored for Kafka."""
        collection = self.store.hazards._collection
        document: dict[str, Any] = await collection.find_one({"_id": case})
        return list(document["events"])


def new_key() -> str:
    return f"test-{secrets.token_hex(8)}"


def later(**span: float) -> str:
    return (NOON + timedelta(**span)).isoformat()


def problem(answer: Response) -> tuple[int, str, list[str]]:
    """Status, slug and fields of a refusal."""
    document = answer.json()
    fields = [error["field"] for error in document.get("errors", [])]
    return answer.status_code, document["type"].removeprefix("/problems/"), fields
