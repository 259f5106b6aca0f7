"""The bodies of the commands; every field that is refused is named."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.events.savings import SavingCategory
from shared.events.suggestions import Recommendation, SubmittedAs, SuggestionTopic
from shared.http import Amount, Body, Day, Line, Placed, Text

# More than the largest factory has on one shift.
_MOST_PRESENT = 100_000

SomeAmount = Annotated[Amount, Field(gt=0)]
Heads = Annotated[int, Field(strict=True, ge=0, le=_MOST_PRESENT)]
SuggestionId = Annotated[str, StringConstraints(pattern=r"^sg_[0-9a-f]{32}$")]
HazardId = Annotated[str, StringConstraints(pattern=r"^hz_[0-9a-f]{32}$")]
# A digest in hexadecimal or Base64; what it is of, only the phone knows.
Receipt = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/_=:.-]{32,128}$")]


class Part(BaseModel):
    """A piece of a body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Submit(Placed):
    """An idea from the floor."""

    topic: SuggestionTopic
    text: Text
    place: Line | None = None
    submitted_as: SubmittedAs = SubmittedAs.NAMED
    receipt_hash: Receipt | None = None
    group: Line | None = None
    brainstorm: Line | None = None


class Sides(Part):
    """How many of each side took part."""

    workers: Heads
    managers: Heads


class Review(Body):
    """What the team recommends."""

    recommendation: Recommendation
    present: Sides
    comment: Text | None = None


class Approve(Body):
    """Who answers for it (a post, not a person), until when, and for how much."""

    owner: Line
    due: Day | None = None
    budget_fen: Amount | None = None


class Reason(Body):
    """Why."""

    reason: Text


class Defer(Reason):
    """Until when, and why."""

    until: Day


class Implement(Body):
    """What was done, and what it cost."""

    description: Text
    cost_fen: Amount = 0


class Merge(Body):
    """The suggestion that carries on."""

    into: SuggestionId


class Days(Part):
    """A period, both days included."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")


class Claim(Placed):
    """What was saved over a past period."""

    amount_fen: SomeAmount
    category: SavingCategory
    method: Text
    period: Days
    suggestion: SuggestionId | None = None
    hazard: HazardId | None = None


class VerifySaving(Body):
    """What is confirmed; all of it, unless an amount is given."""

    amount_fen: SomeAmount | None = None
