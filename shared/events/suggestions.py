"""Facts about workers' suggestions, from submission to verification."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from shared.events.base import CaseFact, Fen, Part


class SuggestionStatus(StrEnum):
    """Where a suggestion stands."""

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    IMPLEMENTING = "implementing"
    IMPLEMENTED = "implemented"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"
    ABANDONED = "abandoned"
    MERGED = "merged"


class SuggestionTopic(StrEnum):
    """What a suggestion is about; the pilot took all kinds of workplace issues, not only safety."""

    SAFETY = "safety"
    HEALTH = "health"
    PRODUCTIVITY = "productivity"
    QUALITY = "quality"
    RESOURCES = "resources"
    PEOPLE = "people"
    WELFARE = "welfare"
    OTHER = "other"


class Recommendation(StrEnum):
    """What the improvement team recommends to management."""

    APPROVE = "approve"
    REJECT = "reject"
    DEFER = "defer"


class SubmittedAs(StrEnum):
    """Whether the author is known to the owning service."""

    NAMED = "named"
    ANONYMOUS = "anonymous"


class EnteredBy(StrEnum):
    """Whether the author entered it, or somebody for them."""

    SELF = "self"
    PROXY = "proxy"


class Present(Part):
    """How many of each side took part in a review; a joint step needs both."""

    workers: int = Field(ge=0)
    managers: int = Field(ge=0)


class SuggestionFact(CaseFact):
    """A fact about a suggestion."""

    kafka_topic = "suggestions"

    before: SuggestionStatus | None
    after: SuggestionStatus


class SuggestionSubmitted(SuggestionFact):
    """Somebody on the floor had an idea; it awaits the improvement team."""

    topic: SuggestionTopic
    submitted_as: SubmittedAs
    entered_by: EnteredBy


class SuggestionReviewed(SuggestionFact):
    """The improvement team, workers and managers together, recommended what to do with it."""

    recommendation: Recommendation
    present: Present


class SuggestionApproved(SuggestionFact):
    """A manager approved it and named an owner."""

    due: date | None
    budget: Fen | None


class SuggestionRejected(SuggestionFact):
    """A manager declined it, with a reason that its author can read."""


class SuggestionDeferred(SuggestionFact):
    """A manager put it off until a day."""

    until: date


class SuggestionReconsidered(SuggestionFact):
    """A rejected or deferred suggestion is under review again."""


class SuggestionStarted(SuggestionFact):
    """Work on an approved suggestion began."""


class SuggestionImplemented(SuggestionFact):
    """The improvement is in place and awaits verification by somebody else."""

    cost: Fen


class SuggestionVerified(SuggestionFact):
    """Somebody other than the implementer confirmed that the improvement works."""


class SuggestionWithdrawn(SuggestionFact):
    """Its author took it back."""


class SuggestionAbandoned(SuggestionFact):
    """An approved suggestion was given up."""


class SuggestionMerged(SuggestionFact):
    """It is the same idea as another suggestion, which carries on for both."""

    into: str


AnySuggestionFact = (
    SuggestionSubmitted
    | SuggestionReviewed
    | SuggestionApproved
    | SuggestionRejected
    | SuggestionDeferred
    | SuggestionReconsidered
    | SuggestionStarted
    | SuggestionImplemented
    | SuggestionVerified
    | SuggestionWithdrawn
    | SuggestionAbandoned
    | SuggestionMerged
)
