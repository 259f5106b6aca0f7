"""One case as its people make it: its commands in their order, each told to the model once it is accepted."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from deploy.pilot.factories import Person
from shared.events.rules import SHANGHAI
from tests.e2e.faults.client import Answer, Client, Wish
from tests.e2e.faults.facts import wished
from tests.e2e.faults.firms import Firm
from tests.e2e.faults.model import Model

_SERVICES = {
    "enterprises": "enterprises",
    "hazards": "hazards",
    "savings": "suggestions",
    "suggestions": "suggestions",
}
_FACTS = {
    ("enterprises", None): "EnterpriseRegistered",
    ("enterprises", "close"): "EnterpriseClosed",
    ("hazards", None): "HazardReported",
    ("hazards", "assess"): "HazardAssessed",
    ("hazards", "assign"): "HazardAssigned",
    ("hazards", "resolve"): "HazardResolved",
    ("hazards", "verify"): "HazardVerified",
    ("hazards", "reopen"): "HazardReopened",
    ("hazards", "dismiss"): "HazardDismissed",
    ("hazards", "merge"): "HazardMerged",
    ("savings", None): "SavingClaimed",
    ("savings", "verify"): "SavingVerified",
    ("savings", "reject"): "SavingRejected",
    ("suggestions", None): "SuggestionSubmitted",
    ("suggestions", "review"): "SuggestionReviewed",
    ("suggestions", "approve"): "SuggestionApproved",
    ("suggestions", "reject"): "SuggestionRejected",
    ("suggestions", "defer"): "SuggestionDeferred",
    ("suggestions", "reconsider"): "SuggestionReconsidered",
    ("suggestions", "start"): "SuggestionStarted",
    ("suggestions", "implement"): "SuggestionImplemented",
    ("suggestions", "verify"): "SuggestionVerified",
    ("suggestions", "withdraw"): "SuggestionWithdrawn",
    ("suggestions", "abandon"): "SuggestionAbandoned",
    ("suggestions", "merge"): "SuggestionMerged",
}
# So many days back lie the first events; people may enter what is up to 92 days old.
_DAYS_BACK = 80
_TWICE = 0.04


class Over(Exception):  # noqa: N818 - no failure: the day is over
    """The clients were told to stop; what was asked has its outcome, and nothing more is asked."""


@dataclass(slots=True)
class Life:
    """A case of one firm.

    Attributes:
        at: when its last step was taken.
        over: set once clients shall stop.
    """

    kind: str
    firm: Firm
    client: Client
    model: Model
    chance: Random
    over: asyncio.Event
    think: float
    at: datetime = field(init=False)
    id: str = ""
    _last: Wish | None = None

    def __post_init__(self) -> None:
        days = self.chance.uniform(1, _DAYS_BACK)
        self.at = (datetime.now(UTC) - timedelta(days=days)).astimezone(SHANGHAI).replace(microsecond=0)

    async def open(self, by: Person, **body: Any) -> str:
        """Create the case; return its id."""
        self._later(0)
        sent = self._wish(None, by, {"site": self.firm.site, **body})
        answers = await self._send(sent)
        self.id = str(answers[0].body.get("id", ""))
        self._accepted(None, sent, answers)
        return self.id

    async def register(self, by: Person) -> None:
        """Enter the firm itself."""
        self.id = self.firm.uscc
        sent = self._put(by, self.firm.entry() | {"occurred_at": self.at.isoformat()})
        self._accepted(None, sent, await self._send(sent))

    async def change(self, by: Person, *, employees: int) -> None:
        """Say something else of the firm."""
        self._later(48)
        sent = self._put(by, self.firm.entry(employees=employees) | {"occurred_at": self.at.isoformat()})
        self._accepted("update", sent, await self._send(sent))

    async def step(self, action: str, by: Person, **body: Any) -> None:
        """Take a step that the case allows."""
        self._later(60)
        sent = self._wish(action, by, body)
        self._accepted(action, sent, await self._send(sent))

    async def refused(self, status: int, action: str, by: Person, **body: Any) -> None:
        """Ask for what is not to be granted."""
        await self._refused(status, self._wish(action, by, body))

    async def refused_as_reused(self, **body: Any) -> None:
        """Ask for something else under the key of the last command."""
        assert self._last is not None
        await self._refused(422, replace(self._last, body={**self._last.body, **body}))

    async def contested(self, *wishes: tuple[str, Person, dict[str, Any]]) -> str:
        """Let several people ask at once for what only one of them can have; return whose action it was."""
        self._later(60)
        sent = [self._wish(action, by, body) for action, by, body in wishes]
        answers = await asyncio.gather(*(self.client.send(wish) for wish in sent))
        won = [n for n, answer in enumerate(answers) if answer.accepted]
        if len(won) != 1:
            said = [answer.status for answer in answers]
            self.model.wrong.append(f"{self.id}: one of {len(sent)} can be accepted, not {said}")
            raise Over
        action = wishes[won[0]][0]
        self._accepted(action, sent[won[0]], [answers[won[0]]])
        return action

    def day(self, ahead: int) -> str:
        """Return the day so many days after the last step."""
        return (self.at + timedelta(days=ahead)).date().isoformat()

    async def _refused(self, status: int, wish: Wish) -> None:
        for answer in await self._send(wish):
            if answer.status != status:
                said = f"{answer.status} ({str(answer.body)[:200]})"
                self.model.wrong.append(f"{wish.path} was answered with {said}, not with {status}")

    def _later(self, hours: float) -> None:
        """Let some time pass, but never into the future."""
        then = self.at + timedelta(seconds=int(self.chance.uniform(0, hours) * 3600))
        now = datetime.now(UTC).astimezone(SHANGHAI).replace(microsecond=0) - timedelta(seconds=1)
        self.at = max(min(then, now), self.at)

    def _wish(self, action: str | None, by: Person, body: dict[str, Any]) -> Wish:
        path = f"/v1/{self.kind}" if action is None else f"/v1/{self.kind}/{self.id}/{action}"
        said = {**body, "occurred_at": self.at.isoformat()}
        return Wish(_SERVICES[self.kind], "POST", path, said, by, self._key())

    def _put(self, by: Person, body: dict[str, Any]) -> Wish:
        return Wish("enterprises", "PUT", f"/v1/enterprises/{self.firm.uscc}", body, by, self._key())

    def _key(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    async def _send(self, wish: Wish) -> list[Answer]:
        if self.over.is_set():
            raise Over
        await asyncio.sleep(self.chance.uniform(0, 2 * self.think))
        if self.chance.random() < _TWICE:
            return await self.client.twice(wish)
        return [await self.client.send(wish)]

    def _accepted(self, action: str | None, sent: Wish, answers: list[Answer]) -> None:
        refused = [answer for answer in answers if not answer.accepted]
        if refused:
            said = str(refused[0].body)[:300]
            self.model.wrong.append(f"{sent.path} was answered with {refused[0].status}: {said}")
            # Whatever came of it, this case is no longer what the model thinks; nothing is built on it.
            raise Over
        type_ = "EnterpriseUpdated" if action == "update" else _FACTS[self.kind, action]
        known = self.model.cases.get(self.id)
        fact = wished(type_, self.at, self.firm, sent.body, opened=known.facts[0] if known else None)
        self._last = sent
        self.model.accept(self.kind, self.id, sent.key, fact, answers[-1].body)
