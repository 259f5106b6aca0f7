"""Reporting as it runs, fed with events that a test writes to Kafka."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from services.reporting.app import NAME, api
from services.reporting.bus import FIGURES
from shared import mongo
from shared.events.base import Fact, Recorded, Role
from shared.events.wire import Record, encode
from shared.projection import Runtime
from shared.sender import Sender
from shared.settings import Settings
from shared.working import working
from tests.support import eventually
from tests.tokens import bearer


@dataclass
class Reporting:
    """The projection and the HTTP interface of reporting, and a way to send it events."""

    settings: Settings
    http: httpx2.AsyncClient
    sender: Sender
    sent: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, *events: Recorded[Fact]) -> None:
        """Publish events, in the order given."""
        await self.raw(*(encode(event) for event in events))

    async def raw(self, *records: Record) -> None:
        """Publish records, whatever they hold."""
        await self.sender.send(list(records))
        self.sent += len(records)

    async def report(self, path: str, first: str, last: str, **asked: str) -> dict[str, Any]:
        """Return a report, as the operator reads it."""
        answer = await self.http.get(
            f"/v1/reports/{path}", params={"from": first, "to": last} | asked, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def has_caught_up(self) -> None:
        """Return when everything that was sent has been counted."""

        async def done() -> bool:
            provenance = (await self.report("areas/CN", "2016-01", "2016-01"))["provenance"]
            counted = sum(sum(offsets.values()) for offsets in provenance["offsets"].values())
            return counted == self.sent and provenance["behind_records"] == 0

        await eventually(done)

    async def national(self, first: str, last: str, **asked: str) -> dict[str, Any]:
        """Return the nation's figures, once everything has been counted."""
        await self.has_caught_up()
        totals: dict[str, Any] = (await self.report("areas/CN", first, last, **asked))["totals"]
        return totals


@pytest.fixture
async def reporting(settings: Settings, topics: list[str]) -> AsyncIterator[Reporting]:
    assert settings.topic("hazards") in topics
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    runtime = Runtime(settings, client, client[settings.database(NAME)], FIGURES)
    headers = bearer(settings, Role.OPERATOR)
    app = api(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(working(runtime.run()))
        await stack.enter_async_context(app.router.lifespan_context(app))
        http = await stack.enter_async_context(
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://reporting")
        )
        sender = Sender(settings)
        stack.push_async_callback(sender.close)
        yield Reporting(settings, http, sender, headers=headers)
    client.close()
