"""A report says truly before when everything is in it: a relay that is stopped shows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from deploy import identity
from deploy.local.addresses import Addresses
from deploy.stack import Part, Stack
from shared.events.base import Role
from shared.settings import Settings
from tests.support import eventually
from tests.tokens import bearer

MOST_BEHIND = timedelta(seconds=15)
STILL = timedelta(seconds=4)


@pytest.fixture
async def stack(settings: Settings, topics: list[str], addresses: Addresses) -> AsyncIterator[Stack]:
    assert topics
    identity.prepare(settings)
    relays = [Part(service, "relay") for service in ("enterprises", "hazards", "suggestions")]
    reporting = [Part("reporting", "api"), Part("reporting", "projection")]
    async with Stack(settings, addresses, of=[*relays, *reporting], standard_ports=False) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False, timeout=10) as client:
        yield client


async def as_of(stack: Stack, http: httpx2.AsyncClient) -> datetime | None:
    """Before when everything is in the nation's report.

    An answer that fails, or comes too late, is an AssertionError: one among many passes.
    """
    try:
        answer = await http.get(
            f"{stack.url('reporting')}/v1/reports/areas/CN",
            params={"from": "2026-01", "to": "2026-01"},
            headers=bearer(stack.settings, Role.OPERATOR),
        )
    except httpx2.TimeoutException as error:
        raise AssertionError("no answer") from error
    assert answer.status_code == 200, answer.text
    provenance: dict[str, Any] = answer.json()["provenance"]
    return None if provenance["as_of"] is None else datetime.fromisoformat(provenance["as_of"])


@pytest.mark.promise(7)
async def test_as_of_stands_still_while_one_relay_is_frozen_or_dead_whatever_the_others_say(
    stack: Stack, http: httpx2.AsyncClient
) -> None:
    async def is_fresh() -> bool:
        found = await as_of(stack, http)
        return found is not None and datetime.now(UTC) - found < MOST_BEHIND

    async def stands() -> bool:
        """Whether it has not moved for as long as the others have said several words."""
        last, since = await as_of(stack, http), datetime.now(UTC)
        await eventually(lambda: datetime.now(UTC) - since > STILL)
        return last is not None and await as_of(stack, http) == last

    relay = stack.children[Part("hazards", "relay")]
    await eventually(is_fresh, deadline=60)

    # What was said before may still be on its way.
    relay.freeze()
    assert await eventually(stands, deadline=20)
    relay.thaw()
    await eventually(is_fresh, deadline=60)

    await relay.kill()
    assert await eventually(stands, deadline=20)
    await relay.restart()
    await eventually(is_fresh, deadline=60)
