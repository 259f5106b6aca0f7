"""A request that would be taken, and what becomes of it with one flaw."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from httpx2 import Response

from shared.events.base import Role
from tests.integration.access.routes import Route
from tests.integration.access.world import Stage, World, inside


@dataclass(frozen=True)
class Form:
    """A request of somebody whose business it is."""

    world: World
    asked: Route
    stage: Stage
    role: Role

    @property
    def who(self) -> dict[str, str]:
        """The header of the caller."""
        own = self.asked.service == "enterprises"
        return self.world.who(self.role, inside(self.role, self.stage.subject) if own else inside(self.role))

    def but(self, field: str, value: Any) -> "Form":
        """Return the form with another value in a field, by its dotted path."""
        body = deepcopy(self.stage.body or {})
        *path, last = field.split(".")
        inner: Any = body
        for name in path:
            inner = inner[int(name) if name.isdigit() else name]
        inner[last] = value
        return replace(self, stage=replace(self.stage, body=body))

    def about(self, subject: str) -> "Form":
        """Return the form with another case or enterprise in its path."""
        return replace(
            self, stage=replace(self.stage, path=self.stage.path.replace(self.stage.subject, subject))
        )

    async def send(self, content: bytes | None = None) -> Response:
        """Send it, or ``content`` in its place."""
        return await self.world.send(self.asked, self.stage, self.who, content=content)

    async def refused(self, *fields: str, status: int = 422, content: bytes | None = None) -> Response:
        """Send it and see it refused by these fields."""
        answer = await self.send(content)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert tuple(error["field"] for error in answer.json().get("errors", [])) == fields
        return answer


async def ready(world: World, asked: Route, role: Role | None = None) -> Form:
    """Return a form that would be taken; of somebody who is no service, unless told otherwise."""
    role = role or (Role.MANAGER if Role.MANAGER in asked.roles else min(asked.roles - {Role.SERVICE}))
    return Form(world, asked, await world.stage(asked, role), role)
