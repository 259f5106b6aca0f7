"""Whose business an enterprise is: people's is their own, authorities' is their area."""

from dataclasses import dataclass

from services.enterprises.domain.refusals import OutOfScope
from services.enterprises.domain.state import Enterprise
from shared.events.base import Role
from shared.events.rules import NATION, Actor


@dataclass(frozen=True, slots=True)
class Scope:
    """Which enterprises: every one, or these and those in these areas (prefixes of region codes)."""

    everything: bool = False
    enterprises: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    def covers(self, uscc: str, *regions: str) -> bool:
        """Whether it holds the enterprise, or one of the regions."""
        if self.everything or uscc in self.enterprises:
            return True
        return any(region.startswith(area) for region in regions for area in self.areas if area)


def scope(by: Actor) -> Scope:
    """Return what the account reaches; of its claims only those count that its role has."""
    nation = NATION in by.areas
    match by.role:
        case Role.OPERATOR:
            return Scope(everything=True)
        case Role.WORKER | Role.TEAM | Role.MANAGER:
            return Scope(enterprises=by.enterprises)
        case Role.INSPECTOR | Role.AUTHORITY:
            return Scope(nation, areas=by.areas)
        case Role.SERVICE:
            return Scope(nation, by.enterprises, by.areas)
        case _:
            return Scope()


def reaches(by: Actor, case: Enterprise) -> bool:
    """Whether the account may know of the enterprise: by its seat or by any of its sites."""
    sites = (site.particulars.region for site in case.sites)
    return scope(by).covers(case.id, case.particulars.region, *sites)


def within(by: Actor, uscc: str, region: str) -> None:
    """Refuse to enter or move an enterprise or a site where the account has no say.

    Raises:
        OutOfScope: neither the enterprise nor the region is the account's.
    """
    if not scope(by).covers(uscc, region):
        raise OutOfScope("the enterprise or its region is outside the account's scope")
