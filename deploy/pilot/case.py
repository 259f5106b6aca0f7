"""What the replay sends: requests, and the case that they build one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from deploy.pilot.factories import Factory, Person
from deploy.pilot.workdays import dice

Kind = Literal["enterprises", "suggestions", "savings", "hazards"]
SERVICES: Mapping[Kind, str] = {
    "enterprises": "enterprises",
    "suggestions": "suggestions",
    "savings": "suggestions",
    "hazards": "hazards",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that somebody sends, once or more often.

    Attributes:
        case: the plan's own name of the case; its id is known only when it has been created.
        action: the command, None where the case is created.
        step: its place within the case, from 0.
        links: fields of the body that name another case, with the plan's name of it.
        sent_at: when it is uploaded, which may be days after it was written.
        copy: 0 the first time, more when the same form is sent again.
    """

    case: str
    kind: Kind
    factory: Factory
    action: str | None
    step: int
    by: Person
    body: Mapping[str, Any]
    occurred_at: datetime
    sent_at: datetime
    links: Mapping[str, str] = field(default_factory=dict)
    copy: int = 0

    @property
    def late(self) -> bool:
        """Whether it was written on a machine that could not send it until another shift."""
        # Longer than the longest shift.
        return self.sent_at - self.occurred_at > timedelta(hours=9)


class Case:
    """A case under construction: its requests in their order, and its own chance."""

    def __init__(self, seed: object, name: str, kind: Kind, factory: Factory) -> None:
        self.name = name
        self.kind: Kind = kind
        self.factory = factory
        self.chance: Random = dice(seed, name)
        self.requests: list[Request] = []

    @property
    def last(self) -> datetime:
        """When the case last changed."""
        return self.requests[-1].occurred_at

    def happened(self, action: str | None) -> datetime:
        """Return when a step was last taken.

        Raises:
            StopIteration: it never was.
        """
        return next(each.occurred_at for each in reversed(self.requests) if each.action == action)

    def did(self, action: str | None) -> bool:
        """Say whether a step was taken."""
        return any(each.action == action for each in self.requests)

    def add(
        self,
        action: str | None,
        by: Person,
        at: datetime,
        body: Mapping[str, Any] | None = None,
        links: Mapping[str, str] | None = None,
    ) -> None:
        """Append a step; none is taken before the one before it."""
        assert not self.requests or at >= self.last, f"{self.name} would run backwards"
        said = {**(body or {}), "occurred_at": at.isoformat()}
        request = Request(
            self.name, self.kind, self.factory, action, len(self.requests), by, said, at, at, links or {}
        )
        self.requests.append(request)
