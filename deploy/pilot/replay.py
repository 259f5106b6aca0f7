"""Sends a plan over HTTP as its people would: each case in order, many side by side, again until answered."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson

from deploy import identity
from deploy.local.errors import Unavailable
from deploy.pilot.case import SERVICES, Request
from deploy.pilot.factories import NANXUN, Person
from deploy.pilot.plan import Plan
from deploy.stack import Stack
from shared.events.base import Role

# Enough for groups to form in the services, few enough that each is answered within a tenth of a second.
AT_ONCE = 64
# A service that was killed is back within ten seconds, on a busy machine in thirty.
_PATIENCE = 90.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
# What passes by itself: the store is away or busy, or another service's event is still on its way.
_AGAIN = {429, 503}
_NOT_YET = {"/problems/unknown-site", "/problems/unknown-hazard"}

Progress = Callable[[Request], None]


@dataclass(slots=True)
class Sent:
    """What was sent and how it was answered.

    Attributes:
        answers: how many were answered with each status, those that were sent again included.
        created: cases that were new; in a second run there are none.
        again: requests repeated for want of an answer, or because it was too early for them.
    """

    requests: int = 0
    created: int = 0
    again: int = 0
    seconds: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)


class NotAccepted(Unavailable):
    """A service refused what the plan says it accepts."""


class Replay:
    """One run of a plan against a stack."""

    def __init__(self, stack: Stack, plan: Plan, progress: Progress = lambda _: None) -> None:
        self.sent = Sent()
        self._plan = plan
        self._progress = progress
        self._urls = {kind: f"{stack.url(service)}/v1/{kind}" for kind, service in SERVICES.items()}
        self._headers = Bearers(stack)
        self._ids: dict[str, str] = {}
        self._steps: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._free = asyncio.LifoQueue[httpx2.AsyncClient]()

    async def run(self) -> Sent:
        """Register the factories, then send everything.

        Raises:
            NotAccepted: something was refused, or not answered for a minute and a half.
        """
        began = time.monotonic()
        async with contextlib.AsyncExitStack() as opened:
            for _ in range(AT_ONCE):
                # Each a phone of its own: one client for all looks through all of its connections every time.
                phone = httpx2.AsyncClient(trust_env=False, verify=False, timeout=10)
                self._free.put_nowait(await opened.enter_async_context(phone))
            try:
                for part in (self._plan.registrations, self._plan.requests):
                    await self._all(part)
            except* NotAccepted as refused:
                raise refused.exceptions[0] from None
        self.sent.seconds = time.monotonic() - began
        return self.sent

    async def _all(self, requests: Sequence[Request]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for request in requests:
                task = tasks.create_task(self._take(await self._free.get(), request))
                if not request.copy:
                    self._steps[request.case, request.step] = task

    async def _take(self, client: httpx2.AsyncClient, request: Request) -> None:
        try:
            # All of them were sent before this one, so they end without it.
            for need in self._needs(request):
                await asyncio.shield(self._steps[need])
            answer = await self._send(client, request)
            if not request.step:
                self._ids[request.case] = answer["id"]
            self._progress(request)
        finally:
            self._free.put_nowait(client)

    def _needs(self, request: Request) -> list[tuple[str, int]]:
        before = [(request.case, request.step - 1)] if request.step else []
        return before + [(name, 0) for name in request.links.values()]

    async def _send(self, client: httpx2.AsyncClient, request: Request) -> Any:
        method, url = self._target(request)
        body = {**request.body, **{name: self._ids[case] for name, case in request.links.items()}}
        headers = {**self._headers[request.by], "Idempotency-Key": self._plan.key(request)}
        content = orjson.dumps(body)
        deadline, pause = time.monotonic() + _PATIENCE, _FIRST_PAUSE
        while True:
            self.sent.requests += 1
            answer = await _ask(client, method, url, headers, content)
            if answer is not None:
                self.sent.answers[answer.status_code] += 1
                if answer.is_success:
                    self.sent.created += answer.status_code == httpx2.codes.CREATED
                    return orjson.loads(answer.content)
            if time.monotonic() > deadline or (answer is not None and not _passes(answer)):
                raise NotAccepted(_refusal(request, answer))
            self.sent.again += 1
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _target(self, request: Request) -> tuple[str, str]:
        url = self._urls[request.kind]
        if request.kind == "enterprises":
            return "PUT", f"{url}/{request.factory.uscc}"
        return "POST", f"{url}/{self._ids[request.case]}/{request.action}" if request.action else url


class Bearers(dict[Person, dict[str, str]]):
    """The Authorization header of each person, with a token minted when they first need it."""

    def __init__(self, stack: Stack) -> None:
        self._settings = stack.settings
        self._key = identity.prepare(stack.settings)

    def __missing__(self, person: Person) -> dict[str, str]:
        areas: Mapping[Role, Sequence[str]] = {Role.AUTHORITY: ("CN",), Role.INSPECTOR: (NANXUN,)}
        token = identity.mint(
            self._settings,
            person.role,
            person.sub,
            enterprises=[person.enterprise] if person.enterprise else [],
            areas=areas.get(person.role, ()),
            capacity="advisory" if person.role is Role.INSPECTOR else None,
            key=self._key,
        )
        self[person] = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self[person]


async def _ask(
    client: httpx2.AsyncClient, method: str, url: str, headers: Mapping[str, str], content: bytes
) -> httpx2.Response | None:
    """Return the answer, None where there was none: the outcome is unknown then."""
    try:
        return await client.request(method, url, headers=headers, content=content)
    except httpx2.TransportError:
        return None


def _passes(answer: httpx2.Response) -> bool:
    if answer.status_code in _AGAIN:
        return True
    problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    return problem and answer.json()["type"] in _NOT_YET


def _refusal(request: Request, answer: httpx2.Response | None) -> str:
    what = f"{request.kind} {request.action or 'create'} ({request.case}) by {request.by.sub}"
    if answer is None:
        return f"{what} was not answered for {_PATIENCE:.0f} s; the logs of the services say more."
    return f"{what} was answered with {answer.status_code}: {answer.text[:500]}"
