"""From the decision to the improvement that works: start, implement, verify, or abandon."""

from services.suggestions.domain.decisions import step
from services.suggestions.domain.suggestion import Suggestion
from shared.events.rules import Actor, Moment, OwnWork
from shared.events.suggestions import (
    SuggestionAbandoned,
    SuggestionImplemented,
    SuggestionStarted,
    SuggestionStatus,
    SuggestionVerified,
)

Status = SuggestionStatus


def start(suggestion: Suggestion, by: Actor, at: Moment) -> SuggestionStarted:
    """Begin with what was approved."""
    suggestion.admit("started", at, Status.APPROVED)
    return SuggestionStarted(**step(suggestion, by, at, Status.IMPLEMENTING))


def implement(suggestion: Suggestion, by: Actor, at: Moment, *, cost: int) -> SuggestionImplemented:
    """Put the improvement in place; ``cost`` in fen. A small one needs no start of its own."""
    suggestion.admit("implemented", at, Status.APPROVED, Status.IMPLEMENTING)
    return SuggestionImplemented(**step(suggestion, by, at, Status.IMPLEMENTED), cost=cost)


def verify(suggestion: Suggestion, by: Actor, at: Moment) -> SuggestionVerified:
    """Confirm that the improvement works.

    Raises:
        OwnWork: the implementer may not verify.
    """
    suggestion.admit("verified", at, Status.IMPLEMENTED)
    if by.id == suggestion.implementer:
        raise OwnWork("whoever implemented a suggestion does not verify it")
    return SuggestionVerified(**step(suggestion, by, at, Status.VERIFIED))


def abandon(suggestion: Suggestion, by: Actor, at: Moment) -> SuggestionAbandoned:
    """Give up what was approved; the reason is for its author to read."""
    suggestion.admit("abandoned", at, Status.APPROVED, Status.IMPLEMENTING)
    return SuggestionAbandoned(**step(suggestion, by, at, Status.ABANDONED))
