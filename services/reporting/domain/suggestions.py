"""What each event of a suggestion adds to the figures."""

from dataclasses import dataclass, replace
from typing import assert_never

from services.reporting.domain.cells import Effect, Home, Move, home_of
from services.reporting.domain.figures import Flow, State
from shared.events.base import Recorded
from shared.events.rules import month
from shared.events.suggestions import (
    AnySuggestionFact,
    SuggestionAbandoned,
    SuggestionApproved,
    SuggestionDeferred,
    SuggestionImplemented,
    SuggestionMerged,
    SuggestionReconsidered,
    SuggestionRejected,
    SuggestionReviewed,
    SuggestionStarted,
    SuggestionSubmitted,
    SuggestionVerified,
    SuggestionWithdrawn,
)


@dataclass(frozen=True, slots=True)
class SuggestionCase:
    """Where a suggestion is counted, and the months of the states that it is in."""

    home: Home
    implemented_in: int | None = None
    verified_in: int | None = None


def follow(case: SuggestionCase | None, event: Recorded[AnySuggestionFact]) -> tuple[SuggestionCase, Effect]:
    """Return the case after ``event`` and what the event does to the figures."""
    at = month(event.occurred_at)
    first = isinstance(event.fact, SuggestionSubmitted)
    if first:
        case = SuggestionCase(home_of(event.fact.site))
    if case is None:
        raise ValueError(f"{event.id} is of a suggestion that was never submitted")
    after = _after(case, event.fact, at)
    moves = tuple(Move(flow, at) for flow in _flows(event.fact))
    if after is not case:
        moves = _netted([*moves, *_states(case, -1), *_states(after, 1)])
    return after, Effect(case.home, month(event.recorded_at), moves, at if first else None)


def _after(case: SuggestionCase, fact: AnySuggestionFact, at: int) -> SuggestionCase:
    match fact:
        case SuggestionImplemented():
            return replace(case, implemented_in=at, verified_in=None)
        case SuggestionVerified():
            return replace(case, verified_in=at)
        case SuggestionMerged() | SuggestionWithdrawn() | SuggestionAbandoned() | SuggestionReconsidered():
            return replace(case, implemented_in=None, verified_in=None)
        case (
            SuggestionSubmitted()
            | SuggestionReviewed()
            | SuggestionApproved()
            | SuggestionRejected()
            | SuggestionDeferred()
            | SuggestionStarted()
        ):
            return case
        case _:
            assert_never(fact)


def _flows(fact: AnySuggestionFact) -> tuple[Flow, ...]:  # noqa: PLR0911 - one line for each fact
    match fact:
        case SuggestionSubmitted():
            return (Flow.SUGGESTIONS_SUBMITTED,)
        case SuggestionReviewed():
            return (Flow.SUGGESTIONS_REVIEWED,)
        case SuggestionApproved():
            return (Flow.SUGGESTIONS_APPROVED,)
        case SuggestionRejected():
            return (Flow.SUGGESTIONS_REJECTED,)
        case SuggestionDeferred():
            return (Flow.SUGGESTIONS_DEFERRED,)
        case SuggestionMerged():
            return (Flow.SUGGESTIONS_MERGED,)
        case SuggestionWithdrawn():
            return (Flow.SUGGESTIONS_WITHDRAWN,)
        case SuggestionAbandoned():
            return (Flow.SUGGESTIONS_ABANDONED,)
        case SuggestionReconsidered() | SuggestionStarted() | SuggestionImplemented() | SuggestionVerified():
            return ()
        case _:
            assert_never(fact)


def _states(case: SuggestionCase, sign: int) -> list[Move]:
    entered = {
        State.SUGGESTIONS_IMPLEMENTED: case.implemented_in,
        State.SUGGESTIONS_VERIFIED: case.verified_in,
    }
    return [Move(state, at, sign) for state, at in entered.items() if at is not None]


def _netted(moves: list[Move]) -> tuple[Move, ...]:
    """Without what is taken back and added again: a state that the event did not touch."""
    taken = {(move.counter, move.month) for move in moves if move.amount < 0}
    added = {(move.counter, move.month) for move in moves if move.amount > 0}
    same = taken & added
    return tuple(move for move in moves if (move.counter, move.month) not in same)
