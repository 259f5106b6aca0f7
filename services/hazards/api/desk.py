"""What every command goes through: who may take it, who may know of its hazard, and how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from services.hazards import domain
from services.hazards.api.resources import view
from services.hazards.domain import Hazard
from services.hazards.store import Store
from shared.events.base import Role
from shared.events.rules import Actor
from shared.http import Commanded, allowed, answer
from shared.stream import Command, Step, Stored, UnknownCase, Write, rule_of


def visible(actor: Actor) -> Callable[[Hazard], None]:
    """Return the guard that keeps what the actor may not see as unknown as what is not there."""

    def guard(hazard: Hazard) -> None:
        if not domain.may_see(hazard, actor):
            raise UnknownCase

    return guard


async def seen(store: Store, case: str, actor: Actor) -> Stored[Hazard]:
    """Return a hazard.

    Raises:
        UnknownCase: there is none that the actor may see.
        Unavailable: the store did not answer in time.
    """
    found = await store.hazards.get(case)
    visible(actor)(found.state)
    return found


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one command is taken."""

    store: Store
    command: Command

    async def take(self, case: str, step: Step[Hazard], texts: Mapping[str, str] | None = None) -> Response:
        """Take one step of a hazard that the actor may see, and answer how it stands."""
        write = Write(rule_of(step), visible(self.command.by), texts or {})
        outcome = await self.store.hazards.execute(case, self.command, write)
        return answer(view(outcome.case), version=outcome.case.version)


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _desk(request: Request, command: Commanded) -> Desk:
    # Called, not depended upon: resolving one more dependency costs as much as validating the body.
    return Desk(await _store(request), command)


Kept = Annotated[Store, Depends(_store)]
At = Annotated[Desk, Depends(_desk)]

REPORT = allowed(Role.WORKER, Role.TEAM, Role.MANAGER, Role.INSPECTOR, Role.AUTHORITY, Role.SERVICE)
DECIDE = allowed(Role.TEAM, Role.MANAGER, Role.SERVICE)
RESOLVE = allowed(Role.WORKER, Role.TEAM, Role.MANAGER, Role.SERVICE)
CHECK = allowed(Role.TEAM, Role.MANAGER, Role.INSPECTOR, Role.SERVICE)
READ = allowed(Role.WORKER, Role.TEAM, Role.MANAGER, Role.INSPECTOR, Role.SERVICE)
