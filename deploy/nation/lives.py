"""What becomes of a case: the facts of a hazard or a suggestion, in order, in the shares of the field."""

from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any

from shared.events.base import CaseFact, Role, Site
from shared.events.hazards import (
    Control,
    DismissReason,
    HazardAssessed,
    HazardAssigned,
    HazardDismissed,
    HazardReopened,
    HazardReported,
    HazardResolved,
    HazardVerified,
    ReopenKind,
    Risk,
    Source,
)
from shared.events.hazards import HazardStatus as H
from shared.events.suggestions import (
    EnteredBy,
    Present,
    Recommendation,
    SubmittedAs,
    SuggestionApproved,
    SuggestionImplemented,
    SuggestionRejected,
    SuggestionReviewed,
    SuggestionStarted,
    SuggestionSubmitted,
    SuggestionTopic,
    SuggestionVerified,
)
from shared.events.suggestions import SuggestionStatus as S

# What a fact says besides its site, its actor and the states before and after it.
Step = tuple[type[CaseFact], Role, Any, dict[str, Any]]

# Of a hundred hazards: dismissed, resolved on the spot, resolved twice, resolved in all its steps.
_COURSES = (8, 7, 10, 75)
_GOOD = 2 / 3
_LISTS = {"gb-13861": "2022"}
_RISK = Risk.model_validate(
    {"method": "LEC", "likelihood": "3", "exposure": "6", "consequence": "7", "score": "126", "class": "III"}
)
_CATEGORIES = ("2101", "2102", "2103", "1202", "3101", "4301")
_RESOLVED: Step = (
    HazardResolved,
    Role.MANAGER,
    H.RESOLVED,
    {"control": Control.ENGINEERING, "controls": (Control.ENGINEERING, Control.PPE), "cost": 120_000},
)
_VERIFIED: Step = (HazardVerified, Role.TEAM, H.VERIFIED, {"category": "2102", "code_lists": _LISTS})
_ASSIGNED: Step = (HazardAssigned, Role.MANAGER, H.ASSIGNED, {"due": date(2026, 12, 1)})
_REOPENED: Step = (HazardReopened, Role.TEAM, H.ASSIGNED, {"kind": ReopenKind.FAILED_VERIFICATION})
_DISMISSED: Step = (HazardDismissed, Role.MANAGER, H.DISMISSED, {"reason": DismissReason.NOT_A_HAZARD})
_REJECTED: Step = (SuggestionRejected, Role.MANAGER, S.REJECTED, {})
_DONE: tuple[Step, ...] = (
    (SuggestionApproved, Role.MANAGER, S.APPROVED, {"due": date(2026, 12, 1), "budget": 120_000}),
    (SuggestionStarted, Role.TEAM, S.IMPLEMENTING, {}),
    (SuggestionImplemented, Role.TEAM, S.IMPLEMENTED, {"cost": 90_000}),
    (SuggestionVerified, Role.MANAGER, S.VERIFIED, {}),
)


def hazard(rng: Random, site: Site) -> list[CaseFact]:
    """Return the facts of a hazard: mostly resolved and verified, some at once, some twice, some none."""
    category = rng.choice(_CATEGORIES)
    found = {"source": rng.choice((Source.WORKER, Source.TEAM)), "submitted_as": SubmittedAs.NAMED}
    reported: Step = (HazardReported, Role.WORKER, H.REPORTED, {"category": None, **found})
    scored = {"risk": _RISK, "category": category, "code_lists": _LISTS}
    assessed: Step = (HazardAssessed, Role.TEAM, H.ASSESSED, scored)
    usual = (reported, assessed, _ASSIGNED, _RESOLVED, _VERIFIED)
    at_once = (reported, _RESOLVED, _VERIFIED)
    twice = (*usual[:-1], _REOPENED, _RESOLVED, _VERIFIED)
    courses: tuple[tuple[Step, ...], ...] = ((reported, _DISMISSED), at_once, twice, usual)
    (steps,) = rng.choices(courses, _COURSES)
    return _facts(site, steps)


def suggestion(rng: Random, site: Site) -> list[CaseFact]:
    """Return the facts of a suggestion: two of three become an improvement."""
    topic = rng.choice(list(SuggestionTopic))
    said = {"topic": topic, "submitted_as": SubmittedAs.NAMED, "entered_by": EnteredBy.SELF}
    good = rng.random() < _GOOD
    advice = Recommendation.APPROVE if good else Recommendation.REJECT
    present = Present(workers=6, managers=4)
    review = {"recommendation": advice, "present": present}
    opening: tuple[Step, ...] = (
        (SuggestionSubmitted, Role.WORKER, S.SUBMITTED, said),
        (SuggestionReviewed, Role.TEAM, S.UNDER_REVIEW, review),
    )
    return _facts(site, (*opening, *(_DONE if good else (_REJECTED,))))


def _facts(site: Site, steps: Iterable[Step]) -> list[CaseFact]:
    facts: list[CaseFact] = []
    before = None
    for kind, by, after, says in steps:
        facts.append(kind(by=by, site=site, before=before, after=after, **says))
        before = after
    return facts
