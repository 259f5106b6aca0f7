"""A suggestion as it stands, and what each fact makes of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from services.suggestions.domain.days import day_of
from shared.events.base import Recorded, Site
from shared.events.rules import Invalid, Moment, Private, WrongState, not_before, reach
from shared.events.suggestions import (
    AnySuggestionFact,
    EnteredBy,
    Recommendation,
    SubmittedAs,
    SuggestionAbandoned,
    SuggestionApproved,
    SuggestionDeferred,
    SuggestionImplemented,
    SuggestionMerged,
    SuggestionReconsidered,
    SuggestionRejected,
    SuggestionReviewed,
    SuggestionStarted,
    SuggestionStatus,
    SuggestionSubmitted,
    SuggestionTopic,
    SuggestionVerified,
    SuggestionWithdrawn,
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The state of one suggestion; what people wrote stays with the events.

    Attributes:
        site: as it was at submission, where the case is counted for life; every later event carries the same.
        reach: every enterprise and area that it belongs to; accounts and lists name one of them.
        since: when it entered its status; no step goes back behind that.
        author: the account that submitted it; None where nobody shall know.
        receipt_hash: of the secret by which an author without a name can ask for the outcome.
        until: the day on which a deferred suggestion returns.
        budget: in fen.
        cost: in fen.
        implementer: who may not verify.
        into: the suggestion that carries on for it.
    """

    id: str
    site: Site
    reach: tuple[str, ...]
    topic: SuggestionTopic
    status: SuggestionStatus
    since: datetime
    occurred_at: datetime
    submitted_as: SubmittedAs
    entered_by: EnteredBy
    author: str | None = None
    receipt_hash: str | None = None
    group: str | None = None
    brainstorm: str | None = None
    recommendation: Recommendation | None = None
    due: date | None = None
    budget: int | None = None
    until: date | None = None
    cost: int | None = None
    implementer: str | None = None
    into: str | None = None

    def standing(self, day: date) -> SuggestionStatus:
        """Return the status on ``day``: what was deferred is under review again once its date has come."""
        returned = self.until is not None and day >= self.until
        return SuggestionStatus.UNDER_REVIEW if returned else self.status

    def admit(self, step: str, at: Moment, *states: SuggestionStatus) -> None:
        """Let a step pass that can be taken from one of ``states``.

        Raises:
            WrongState: the suggestion stood in another when the step was taken.
            TooEarly: it had not entered its status yet.
        """
        not_before(at, self.occurred_at, "the submission")
        standing = self.standing(day_of(at.occurred_at))
        if standing not in states:
            raise WrongState(standing, step)
        not_before(at, self.since, f"it became {self.status}")

    def merges_into(self, other: "Suggestion | None") -> None:
        """Refuse to be merged into what cannot carry on for it.

        Raises:
            Invalid: the other is not there, is of another enterprise, is this one, or is merged itself.
        """
        if other is None or other.site.enterprise != self.site.enterprise:
            raise Invalid("into", "is not a suggestion of this enterprise")
        if other.id == self.id:
            raise Invalid("into", "is the suggestion itself")
        if other.status is SuggestionStatus.MERGED:
            raise Invalid("into", f"is itself merged into {other.into}")


def evolve(suggestion: Suggestion | None, event: Recorded[AnySuggestionFact], private: Private) -> Suggestion:  # noqa: PLR0911 - one line for each fact
    """Return the suggestion as ``event`` leaves it."""
    fact = event.fact
    if isinstance(fact, SuggestionSubmitted):
        return _submitted(fact, event, private)
    assert suggestion is not None, "every case begins with its submission"
    stayed = fact.after is suggestion.status
    moved = replace(
        suggestion,
        status=fact.after,
        since=suggestion.since if stayed else event.occurred_at,
        until=None,
    )
    match fact:
        case SuggestionReviewed(recommendation=recommendation):
            return replace(moved, recommendation=recommendation)
        case SuggestionApproved(due=due, budget=budget):
            return replace(moved, due=due, budget=budget)
        case SuggestionDeferred(until=until):
            return replace(moved, until=until)
        case SuggestionImplemented(cost=cost):
            return replace(moved, cost=cost, implementer=private.by)
        case SuggestionMerged(into=into):
            return replace(moved, into=into)
        case (
            SuggestionRejected()
            | SuggestionReconsidered()
            | SuggestionStarted()
            | SuggestionVerified()
            | SuggestionWithdrawn()
            | SuggestionAbandoned()
        ):
            return moved
        case _:
            assert_never(fact)


def _submitted(fact: SuggestionSubmitted, event: Recorded[AnySuggestionFact], private: Private) -> Suggestion:
    return Suggestion(
        id=event.subject,
        site=fact.site,
        reach=reach(fact.site),
        topic=fact.topic,
        status=fact.after,
        since=event.occurred_at,
        occurred_at=event.occurred_at,
        submitted_as=fact.submitted_as,
        entered_by=fact.entered_by,
        author=private.by,
        receipt_hash=private.texts.get("receipt_hash"),
        group=private.texts.get("group"),
        brainstorm=private.texts.get("brainstorm"),
    )
