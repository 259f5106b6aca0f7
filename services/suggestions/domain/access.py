"""Whose business a case of a site is: the one place that says so, for a single case and for lists."""

from typing import Protocol

from shared.events.base import Role
from shared.events.rules import Actor


class Reached(Protocol):
    """A case that belongs to enterprises and areas."""

    @property
    def reach(self) -> tuple[str, ...]:
        """What an account may name to reach it."""


def scope(actor: Actor) -> tuple[str, ...]:
    """Return the enterprises and areas whose cases are the actor's business.

    Which roles see which kind of case at all is said by the routes.
    """
    match actor.role:
        case Role.WORKER | Role.TEAM | Role.MANAGER:
            return actor.enterprises
        case Role.AUTHORITY:
            return actor.areas
        case Role.SERVICE:
            return (*actor.enterprises, *actor.areas)
        case _:
            return ()


def may_reach(actor: Actor, reached_by: tuple[str, ...]) -> bool:
    """Whether the actor may know of a case with this reach."""
    return not set(scope(actor)).isdisjoint(reached_by)
