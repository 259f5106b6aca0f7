"""What each event makes of a hazard. Pure and total."""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from services.hazards.domain.hazard import Hazard, Measure, Resolution, Score
from shared.events.base import Recorded
from shared.events.hazards import (
    AnyHazardFact,
    HazardAssessed,
    HazardAssigned,
    HazardDismissed,
    HazardMerged,
    HazardReopened,
    HazardReported,
    HazardResolved,
    HazardVerified,
    Risk,
)
from shared.events.rules import Private, reach


def evolve(  # noqa: PLR0911 - one for each fact
    hazard: Hazard | None, event: Recorded[AnyHazardFact], private: Private
) -> Hazard:
    """Return the hazard as ``event`` leaves it."""
    fact = event.fact
    if isinstance(fact, HazardReported):
        return _reported(fact, event, private)
    assert hazard is not None, "the first event of a hazard is its report"
    hazard = replace(hazard, status=fact.after)
    match fact:
        case HazardAssessed():
            return replace(hazard, risk=_score(fact.risk), category=fact.category, may_cause=fact.may_cause)
        case HazardAssigned():
            return replace(hazard, owner=private.texts["owner"], due=fact.due)
        case HazardResolved():
            return replace(hazard, resolution=_resolution(fact, event, private), since=event.occurred_at)
        case HazardVerified():
            return replace(hazard, since=event.occurred_at)
        case HazardReopened():
            # What did not hold is no longer its control; the history keeps it.
            return replace(hazard, resolution=None, since=event.occurred_at)
        case HazardDismissed():
            return replace(hazard, dismissed=fact.reason)
        case HazardMerged():
            return replace(hazard, merged_into=fact.into)
        case _:
            assert_never(fact)


def measures_of(texts: Iterable[str]) -> dict[str, str]:
    """Return the private texts of a resolution: what was done, in the order of its controls."""
    return {_measure(number): text for number, text in enumerate(texts, start=1)}


def _measure(number: int) -> str:
    return f"control_{number}"


def _reported(fact: HazardReported, event: Recorded[AnyHazardFact], private: Private) -> Hazard:
    return Hazard(
        id=event.subject,
        site=fact.site,
        reach=reach(fact.site),
        status=fact.after,
        source=fact.source,
        submitted_as=fact.submitted_as,
        category=fact.category,
        description=private.texts["description"],
        place=private.texts.get("place"),
        receipt_hash=private.texts.get("receipt_hash"),
        reporter=private.by,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        since=event.occurred_at,
    )


def _resolution(fact: HazardResolved, event: Recorded[AnyHazardFact], private: Private) -> Resolution:
    measures = tuple(
        Measure(rank, private.texts[_measure(number)]) for number, rank in enumerate(fact.controls, start=1)
    )
    return Resolution(event.occurred_at, private.by, fact.control, measures, fact.cost, fact.evidence)


def _score(risk: Risk) -> Score:
    return Score(risk.method, risk.likelihood, risk.exposure, risk.consequence, risk.score, risk.risk_class)
