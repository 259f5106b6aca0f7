"""What the report says: read from every level that it has, once it has caught up with what was sent."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from deploy.pilot.factories import AUTHORITY, Person
from deploy.pilot.plan import Plan
from deploy.pilot.replay import Bearers
from deploy.pilot.workdays import FIRST, LAST
from deploy.stack import Stack

#: The nation, the province, the prefecture and the county; they have to agree.
AREAS = ("CN", "33", "3305", "330503")
_POLL = 0.25
# What dies meanwhile is back by then.
_DEADLINE = 60.0
# Nothing on its way and no change for so long: what is wrong now stays wrong. Gauges are a second old.
_QUIET = 5.0

Totals = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """The report at one moment.

    Attributes:
        areas: the six months, by code.
        months: of the nation, by month such as 2015-11.
        factories: the six months, by USCC.
        on_the_way: records not yet counted and events not yet published, None where nobody could tell.
    """

    areas: Mapping[str, Totals]
    months: Mapping[str, Totals]
    factories: Mapping[str, Totals]
    on_the_way: int | None


class Reader:
    """Reads the report of a stack."""

    def __init__(self, stack: Stack, plan: Plan) -> None:
        self._stack = stack
        self._plan = plan
        self._bearers = Bearers(stack)
        self._relays = [part for part in stack.children if part.role == "relay"]

    async def settled(self, right: Callable[[Reading], bool]) -> Reading:
        """Return the report once it is right and nothing is on its way, or has been wrong for long enough.

        Raises:
            httpx2.HTTPError: a service was away to the end, or does not show the report.
        """
        deadline = time.monotonic() + _DEADLINE
        found, since = None, time.monotonic()
        async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
            while True:
                try:
                    now = await self.read(client)
                except httpx2.HTTPError as trouble:
                    if _lasts(trouble) or time.monotonic() > deadline:
                        raise
                    await asyncio.sleep(_POLL)
                    continue
                if now != found:
                    found, since = now, time.monotonic()
                quiet = now.on_the_way == 0
                over = time.monotonic() > (since + _QUIET if quiet else deadline)
                if over or (quiet and right(now)):
                    return now
                await asyncio.sleep(_POLL)

    async def read(self, client: httpx2.AsyncClient) -> Reading:
        """Read all of it once.

        Raises:
            httpx2.HTTPError: somebody did not answer, or not with a report.
        """
        # Asked first: what is published after it is in the end offsets that the report is held against.
        waiting = sum([await self._unpublished(client, str(part.service)) for part in self._relays])
        areas = {code: await self._ask(client, f"areas/{code}", AUTHORITY) for code in AREAS}
        months = await self._ask(client, "areas/CN", AUTHORITY, by="month")
        # An enterprise's figures are its own to read.
        factories = {
            factory.uscc: await self._ask(client, f"enterprises/{factory.uscc}", factory.manager())
            for factory in self._plan.factories
        }
        answers = (*areas.values(), months, *factories.values())
        behind = [answer["provenance"]["behind_records"] for answer in answers]
        return Reading(
            {code: answer["totals"] for code, answer in areas.items()},
            {group["key"]: group["totals"] for group in months["groups"]},
            {uscc: answer["totals"] for uscc, answer in factories.items()},
            None if None in behind else sum(behind) + waiting,
        )

    async def _ask(self, client: httpx2.AsyncClient, what: str, by_whom: Person, **options: str) -> Any:
        span = {"from": f"{FIRST:%Y-%m}", "to": f"{LAST:%Y-%m}", **options}
        url = f"{self._stack.url('reporting')}/v1/reports/{what}"
        answer = await client.get(url, params=span, headers=self._bearers[by_whom])
        return answer.raise_for_status().json()

    async def _unpublished(self, client: httpx2.AsyncClient, service: str) -> int:
        answer = await client.get(f"{self._stack.url(service, 'relay')}/metrics")
        families = text_string_to_metric_families(answer.raise_for_status().text)
        gauges = [family for family in families if family.name == "nanxun_unpublished_events"]
        return int(sum(sample.value for family in gauges for sample in family.samples))


def _lasts(trouble: httpx2.HTTPError) -> bool:
    """Say whether it will not pass by itself, as a restart does and a factory not counted yet (404)."""
    if not isinstance(trouble, httpx2.HTTPStatusError):
        return False
    return trouble.response.is_client_error and trouble.response.status_code != httpx2.codes.NOT_FOUND
