"""Who may call which route of the register, and what of it is visible to whom."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from services.enterprises import domain
from services.enterprises.store import Registry
from shared.events.base import Role
from shared.events.rules import Actor
from shared.http import allowed
from shared.stream import Stored, UnknownCase

_KEEP = (Role.MANAGER, Role.AUTHORITY, Role.SERVICE, Role.OPERATOR)
_LIST = (*_KEEP, Role.INSPECTOR)
Keeper = Annotated[Actor, allowed(*_KEEP)]
Lister = Annotated[Actor, allowed(*_LIST)]
Reader = Annotated[Actor, allowed(*_LIST, Role.WORKER, Role.TEAM)]
Importer = Annotated[Actor, allowed(Role.SERVICE, Role.OPERATOR)]


async def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.registry
    return registry


Kept = Annotated[Registry, Depends(_registry)]


def visible(by: Actor) -> Callable[[domain.Enterprise], None]:
    """Return the guard that hides from the account what is not its business."""

    def guard(case: domain.Enterprise) -> None:
        if not domain.reaches(by, case):
            raise UnknownCase

    return guard


async def seen(registry: Registry, uscc: str, by: Actor) -> Stored[domain.Enterprise]:
    """Return an enterprise.

    Raises:
        UnknownCase: there is none, or it is not the account's to know of.
    """
    case = await registry.stream.get(uscc)
    visible(by)(case.state)
    return case
