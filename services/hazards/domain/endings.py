"""How a report ends without a removal: it was false, or another report tells of the same. Pure."""

from services.hazards.domain.hazard import Hazard
from services.hazards.domain.steps import about, open_for
from shared.events.hazards import DismissReason, HazardDismissed, HazardMerged, HazardStatus
from shared.events.rules import Actor, Invalid, Moment

_CARRIES_NOTHING_ON = frozenset({HazardStatus.MERGED, HazardStatus.DISMISSED})


def dismiss(hazard: Hazard, by: Actor, at: Moment, *, reason: DismissReason) -> HazardDismissed:
    """Say that the report was false.

    Raises:
        WrongState: the hazard is not open.
    """
    open_for(hazard, at, "dismissed")
    return HazardDismissed(**about(hazard, by, at), after=HazardStatus.DISMISSED, reason=reason)


def merge(hazard: Hazard, by: Actor, at: Moment, *, into: str, target: Hazard | None) -> HazardMerged:
    """Say that another report of the same enterprise tells of the same hazard, and carries on for both.

    Raises:
        WrongState: the hazard is not open.
        Invalid: the other report is missing, another enterprise's, this one, or carries nothing on.
    """
    open_for(hazard, at, "merged")
    if target is None or target.site.enterprise != hazard.site.enterprise:
        raise Invalid("into", "is no hazard of this enterprise")
    if target.id == hazard.id:
        raise Invalid("into", "is the hazard itself")
    if target.status in _CARRIES_NOTHING_ON:
        raise Invalid("into", f"is itself {target.status}")
    return HazardMerged(**about(hazard, by, at), after=HazardStatus.MERGED, into=into)
