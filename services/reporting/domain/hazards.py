"""What each event of a hazard adds to the figures."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.reporting.domain.cells import Effect, Home, Move, home_of
from services.reporting.domain.days import bin_of, days_between
from services.reporting.domain.figures import Flow, State
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
)
from shared.events.rules import month


@dataclass(frozen=True, slots=True)
class HazardCase:
    """Where a hazard is counted and what it has added, so that a reopening takes back exactly that."""

    home: Home
    reported_at: datetime
    resolved_in: int | None = None
    days: int = 0
    verified_in: int | None = None


def follow(case: HazardCase | None, event: Recorded[AnyHazardFact]) -> tuple[HazardCase, Effect]:
    """Return the case after ``event`` and what the event does to the figures."""
    if isinstance(event.fact, HazardReported):
        case = HazardCase(home_of(event.fact.site), event.occurred_at)
    if case is None:
        raise ValueError(f"{event.id} is of a hazard that was never reported")
    after = _after(case, event)
    active = month(event.occurred_at) if isinstance(event.fact, HazardReported) else None
    return after, Effect(case.home, month(event.recorded_at), tuple(_moves(case, after, event)), active)


def _after(case: HazardCase, event: Recorded[AnyHazardFact]) -> HazardCase:
    match event.fact:
        case HazardResolved():
            days = days_between(case.reported_at, event.occurred_at)
            return replace(case, resolved_in=month(event.occurred_at), days=days)
        case HazardVerified():
            return replace(case, verified_in=month(event.occurred_at))
        case HazardReopened():
            return replace(case, resolved_in=None, days=0, verified_in=None)
        case HazardReported() | HazardAssessed() | HazardAssigned() | HazardDismissed() | HazardMerged():
            return case
        case _:
            assert_never(event.fact)


def _moves(  # noqa: PLR0911 - one line for each fact
    case: HazardCase, after: HazardCase, event: Recorded[AnyHazardFact]
) -> list[Move]:
    at = month(event.occurred_at)
    match event.fact:
        case HazardReported(category=category):
            reported = [Move(Flow.HAZARDS_REPORTED, at)]
            return reported if category else [*reported, Move(Flow.HAZARDS_UNCLASSIFIED, at)]
        case HazardResolved():
            return [Move(Flow.HAZARDS_RESOLUTIONS, at), *_states(after, 1)]
        case HazardVerified():
            return [Move(State.HAZARDS_VERIFIED, at)]
        case HazardReopened():
            # The states leave the months they were counted in; the flow counts in its own.
            return [Move(Flow.HAZARDS_REOPENED, at), *_states(case, -1)]
        case HazardDismissed():
            return [Move(Flow.HAZARDS_DISMISSED, at)]
        case HazardMerged():
            return [Move(Flow.HAZARDS_MERGED, at)]
        case HazardAssessed() | HazardAssigned():
            return []
        case _:
            assert_never(event.fact)


def _states(case: HazardCase, sign: int) -> list[Move]:
    moves = []
    if case.resolved_in is not None:
        moves += [
            Move(State.HAZARDS_RESOLVED, case.resolved_in, sign),
            Move(bin_of(case.days), case.resolved_in, sign),
        ]
    if case.verified_in is not None:
        moves.append(Move(State.HAZARDS_VERIFIED, case.verified_in, sign))
    return moves
