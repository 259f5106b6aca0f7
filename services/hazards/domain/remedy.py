"""How a hazard is removed: assigned, resolved, verified by somebody else, and taken up again. Pure."""

from collections.abc import Sequence
from datetime import date

from services.hazards.domain.hazard import Hazard
from services.hazards.domain.refusals import NoCategory
from services.hazards.domain.steps import about, codes_of, open_for
from shared.codes import controls, load
from shared.events.hazards import (
    Control,
    HazardAssigned,
    HazardReopened,
    HazardResolved,
    HazardStatus,
    HazardVerified,
    ReopenKind,
)
from shared.events.rules import SHANGHAI, Actor, Invalid, Moment, OwnWork, WrongState, not_before

# A control can fail its verification only before it has passed; a hazard can come back at any time after.
_REOPENED_FROM = {
    ReopenKind.FAILED_VERIFICATION: frozenset({HazardStatus.RESOLVED}),
    ReopenKind.RECURRENCE: frozenset({HazardStatus.RESOLVED, HazardStatus.VERIFIED, HazardStatus.STRUCK_OFF}),
}


def assign(hazard: Hazard, by: Actor, at: Moment, *, due: date) -> HazardAssigned:
    """Make a post answer for its removal by a day; again, to another post or with another day.

    Raises:
        WrongState: the hazard is not open.
        Invalid: the day has passed.
    """
    open_for(hazard, at, "assigned")
    if due < at.occurred_at.astimezone(SHANGHAI).date():
        raise Invalid("due", "should not lie before the day of the assignment")
    return HazardAssigned(**about(hazard, by, at), after=HazardStatus.ASSIGNED, due=due)


def resolve(  # noqa: PLR0913 - what a resolution says
    hazard: Hazard,
    by: Actor,
    at: Moment,
    *,
    ranks: Sequence[Control],
    cost_fen: int,
    evidence: Sequence[str],
) -> HazardResolved:
    """Say which controls are in place; the hazard's rank is that of the strongest (ISO 45001:2018 8.1.2).

    Raises:
        WrongState: the hazard is not open.
        TooEarly: it was not yet open then.
        Invalid: there is no control.
    """
    open_for(hazard, at, "resolved")
    if not ranks:
        raise Invalid("controls", "should name at least one control measure")
    return HazardResolved(
        **about(hazard, by, at),
        code_lists={"controls": load("controls").version},
        after=HazardStatus.RESOLVED,
        control=Control(controls.strongest(ranks).code),
        controls=tuple(ranks),
        cost=cost_fen,
        evidence=tuple(evidence),
    )


def verify(hazard: Hazard, by: Actor, at: Moment) -> HazardVerified:
    """Confirm that the control works.

    Raises:
        WrongState: nothing has been done yet, or it is verified.
        OwnWork: the resolver may not verify; four eyes are the point of the step.
        NoCategory: nobody has said what kind of hazard it is.
        TooEarly: it was not yet resolved then.
    """
    if hazard.status is not HazardStatus.RESOLVED or hazard.resolution is None:
        raise WrongState(hazard.status, "verified")
    if hazard.resolution.by == by.id:
        raise OwnWork("a resolution is verified by somebody other than the resolver")
    if hazard.category is None:
        raise NoCategory
    not_before(at, hazard.since, "the resolution")
    return HazardVerified(
        **about(hazard, by, at),
        code_lists=codes_of(hazard.category),
        after=HazardStatus.VERIFIED,
        category=hazard.category,
    )


def reopen(hazard: Hazard, by: Actor, at: Moment, *, kind: ReopenKind) -> HazardReopened:
    """Take up again what was not removed; it goes back to its owner, if it has one.

    Raises:
        WrongState: it is open, or ended otherwise; or it is verified and has not failed its verification.
        TooEarly: it was not yet resolved (or verified) then.
    """
    if hazard.status not in _REOPENED_FROM[kind]:
        raise WrongState(hazard.status, f"reopened as {kind}")
    not_before(at, hazard.since, "the resolution, or its verification,")
    after = HazardStatus.ASSIGNED if hazard.owner else HazardStatus.ASSESSED
    return HazardReopened(**about(hazard, by, at), after=after, kind=kind)
