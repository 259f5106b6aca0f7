"""A client as it should be: each command has a key, and is sent again by it until the outcome is known."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2
import orjson

from deploy.pilot.factories import Person
from deploy.pilot.replay import Bearers
from deploy.stack import Stack

# A little longer than the 5 s in which a service answers even when its store is frozen.
PATIENCE_SECONDS = 6.0
# Whatever is killed is back, and whatever is frozen thaws, long before this; on a busy machine too.
_DEADLINE_SECONDS = 180.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
# What passes by itself: the store is away or busy, or another service's event is still on its way.
_AGAIN = {429, 503}
_NOT_YET = {"/problems/unknown-site", "/problems/unknown-hazard"}


@dataclass(frozen=True, slots=True)
class Wish:
    """One command: what is asked of which service, by whom, under which key."""

    service: str
    method: str
    path: str
    body: Mapping[str, Any]
    by: Person
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command definitely came to."""

    status: int
    body: Any

    @property
    def accepted(self) -> bool:
        """Whether it was done."""
        return httpx2.codes.is_success(self.status)


@dataclass(slots=True)
class Tally:
    """How sending went.

    Attributes:
        again: how often something was sent again, by why.
        answers: how many commands came to which status.
    """

    again: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)


class Unanswered(Exception):  # noqa: N818 - says what is wrong with the platform
    """A command came to no outcome in minutes."""


@dataclass(slots=True)
class Client:
    """Sends commands to whichever instance of a service it happens to meet.

    Attributes:
        tally: may be shared with other clients.
    """

    stack: Stack
    http: httpx2.AsyncClient
    bearers: Bearers
    chance: Random
    tally: Tally

    async def send(self, wish: Wish) -> Answer:
        """Send a command, again and again under its key, until its outcome is known.

        Raises:
            Unanswered: it was not for minutes.
        """
        deadline, pause = time.monotonic() + _DEADLINE_SECONDS, _FIRST_PAUSE
        while True:
            answer, trouble = await self._try(wish)
            if answer is not None:
                self.tally.answers[answer.status] += 1
                return answer
            self.tally.again[trouble] += 1
            if time.monotonic() > deadline:
                raise Unanswered(f"{wish.method} {wish.path} under {wish.key}: {trouble} to the end")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def twice(self, wish: Wish) -> list[Answer]:
        """Send it as a double tap does: two requests at once, perhaps to two instances."""
        return list(await asyncio.gather(self.send(wish), self.send(wish)))

    async def _try(self, wish: Wish) -> tuple[Answer | None, str]:
        number = self.chance.choice(self.stack.numbers(wish.service, "api"))
        url = f"{self.stack.url(wish.service, 'api', number)}{wish.path}"
        headers = {**self.bearers[wish.by], "Idempotency-Key": wish.key}
        try:
            answer = await self.http.request(
                wish.method, url, headers=headers, content=orjson.dumps(wish.body)
            )
        except httpx2.TransportError as trouble:
            return None, type(trouble).__name__
        if answer.status_code in _AGAIN:
            return None, str(answer.status_code)
        body = orjson.loads(answer.content)
        if body.get("type") in _NOT_YET:
            return None, body["type"].removeprefix("/problems/")
        return Answer(answer.status_code, body), ""
