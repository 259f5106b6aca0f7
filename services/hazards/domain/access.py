"""Whose business a hazard is: the one place that says so, for a single hazard and for lists. Pure."""

from services.hazards.domain.hazard import Hazard
from shared.events.base import Role, Site
from shared.events.rules import Actor, NoSite, OutOfScope, reach


def scope(actor: Actor) -> tuple[str, ...]:
    """Return the enterprises and areas whose hazards are the actor's business."""
    match actor.role:
        case Role.WORKER | Role.TEAM | Role.MANAGER:
            return actor.enterprises
        case Role.INSPECTOR | Role.AUTHORITY:
            return actor.areas
        case Role.SERVICE:
            return (*actor.enterprises, *actor.areas)
        case _:
            return ()


def may_report(actor: Actor, site: Site) -> None:
    """Refuse a report for a site that the actor does not reach.

    Raises:
        OutOfScope: the site lies outside.
    """
    if set(scope(actor)).isdisjoint(reach(site)):
        raise OutOfScope


def may_be_told(actor: Actor, why: NoSite, enterprise: str) -> None:
    """Refuse to say why a site is not to be had to whoever could not report there anyway.

    They are neither asked to try again nor told which sites the enterprise has, or since when one is closed.

    Raises:
        OutOfScope: the site lies outside, as do all that could be meant.
    """
    if set(scope(actor)).isdisjoint(why.told_to(actor, enterprise)):
        raise OutOfScope


def only_own(actor: Actor) -> bool:
    """Whether the actor sees, of the hazards within scope, only those that they reported themselves.

    Trust is what makes workers report: an inspector learns of a site's other hazards when the site shares
    them, or when one of them is major.
    """
    return actor.role is Role.INSPECTOR


def may_see(hazard: Hazard, actor: Actor) -> bool:
    """Whether the actor may know of the hazard."""
    # An authority reads figures, never cases.
    if actor.role is Role.AUTHORITY or set(scope(actor)).isdisjoint(hazard.reach):
        return False
    return not only_own(actor) or hazard.reporter == actor.id
