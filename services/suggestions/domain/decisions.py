"""From the idea to the decision: submit, the team's joint review, and what the manager makes of it."""

from datetime import date
from typing import Any

from services.suggestions.domain.days import day_of
from services.suggestions.domain.refusals import NotAuthor, NotJoint
from services.suggestions.domain.suggestion import Suggestion
from shared.events.base import Role, Site
from shared.events.rules import Actor, Invalid, Moment, WrongState
from shared.events.suggestions import (
    EnteredBy,
    Present,
    Recommendation,
    SubmittedAs,
    SuggestionApproved,
    SuggestionDeferred,
    SuggestionMerged,
    SuggestionReconsidered,
    SuggestionRejected,
    SuggestionReviewed,
    SuggestionStatus,
    SuggestionSubmitted,
    SuggestionTopic,
    SuggestionWithdrawn,
)

Status = SuggestionStatus
#: Not decided for good, nor done: what may still become part of another suggestion.
OPEN = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.DEFERRED, Status.APPROVED, Status.IMPLEMENTING)
#: Before management has promised anything; after that a suggestion is abandoned, with a reason.
UNDECIDED = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.DEFERRED)


def step(suggestion: Suggestion, by: Actor, at: Moment, after: SuggestionStatus) -> dict[str, Any]:
    """Return what every fact about a suggestion says."""
    return {
        "by": by.role,
        "clock_skew": at.clock_skew,
        "site": suggestion.site,
        "before": suggestion.status,
        "after": after,
    }


def submit(  # noqa: PLR0913 - what a submission says
    suggestion: Suggestion | None,
    by: Actor,
    at: Moment,
    *,
    site: Site,
    topic: SuggestionTopic,
    submitted_as: SubmittedAs,
) -> SuggestionSubmitted:
    """Put an idea forward; what a service account brings was entered for its author."""
    if suggestion is not None:
        raise WrongState(suggestion.status, "submitted")
    return SuggestionSubmitted(
        by=by.role,
        clock_skew=at.clock_skew,
        site=site,
        before=None,
        after=Status.SUBMITTED,
        topic=topic,
        submitted_as=submitted_as,
        entered_by=EnteredBy.PROXY if by.role is Role.SERVICE else EnteredBy.SELF,
    )


def review(
    suggestion: Suggestion, by: Actor, at: Moment, *, recommendation: Recommendation, present: Present
) -> SuggestionReviewed:
    """Recommend what to do; while it is under review, the team may think again.

    Raises:
        NotJoint: only one side was there.
    """
    suggestion.admit("reviewed", at, Status.SUBMITTED, Status.UNDER_REVIEW)
    for side, count in (("workers", present.workers), ("managers", present.managers)):
        if count < 1:
            detail = "a review needs workers and managers"
            raise NotJoint(detail, fields={f"present.{side}": "should be at least 1"})
    return SuggestionReviewed(
        **step(suggestion, by, at, Status.UNDER_REVIEW), recommendation=recommendation, present=present
    )


def approve(
    suggestion: Suggestion, by: Actor, at: Moment, *, due: date | None, budget: int | None
) -> SuggestionApproved:
    """Decide to do it, after a review; ``budget`` in fen.

    Raises:
        Invalid: it would be due before it was approved.
    """
    suggestion.admit("approved", at, Status.UNDER_REVIEW)
    if due is not None and due < day_of(at.occurred_at):
        raise Invalid("due", "should not lie before the day of the approval")
    return SuggestionApproved(**step(suggestion, by, at, Status.APPROVED), due=due, budget=budget)


def reject(suggestion: Suggestion, by: Actor, at: Moment) -> SuggestionRejected:
    """Decide against it, after a review; the reason is for its author to read."""
    suggestion.admit("rejected", at, Status.UNDER_REVIEW)
    return SuggestionRejected(**step(suggestion, by, at, Status.REJECTED))


def defer(suggestion: Suggestion, by: Actor, at: Moment, *, until: date) -> SuggestionDeferred:
    """Put it off, after a review; on the day ``until`` it is under review again by itself.

    Raises:
        Invalid: the day has come already.
    """
    suggestion.admit("deferred", at, Status.UNDER_REVIEW)
    if until <= day_of(at.occurred_at):
        raise Invalid("until", "should lie after the day of the decision")
    return SuggestionDeferred(**step(suggestion, by, at, Status.DEFERRED), until=until)


def reconsider(suggestion: Suggestion, by: Actor, at: Moment) -> SuggestionReconsidered:
    """Take up again what was rejected, or deferred to a day that has not come."""
    suggestion.admit("reconsidered", at, Status.REJECTED, Status.DEFERRED)
    return SuggestionReconsidered(**step(suggestion, by, at, Status.UNDER_REVIEW))


def withdraw(suggestion: Suggestion, by: Actor, at: Moment) -> SuggestionWithdrawn:
    """Take one's own idea back, before it was decided on.

    Raises:
        NotAuthor: it is somebody else's, or nobody's.
    """
    if suggestion.author is None or suggestion.author != by.id:
        raise NotAuthor("only its author may withdraw a suggestion")
    suggestion.admit("withdrawn", at, *UNDECIDED)
    return SuggestionWithdrawn(**step(suggestion, by, at, Status.WITHDRAWN))


def merge(
    suggestion: Suggestion, by: Actor, at: Moment, *, into: str, other: Suggestion | None
) -> SuggestionMerged:
    """Leave it to ``other``, whose id is ``into``, to carry the same idea on.

    Raises:
        Invalid: the other one cannot carry it.
    """
    suggestion.admit("merged", at, *OPEN)
    suggestion.merges_into(other)
    return SuggestionMerged(**step(suggestion, by, at, Status.MERGED), into=into)
