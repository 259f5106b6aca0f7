"""What is answered: a suggestion, a saving, and what happened to one; never an account, never a receipt."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from services.suggestions.domain import savings, suggestion
from shared.events.base import Role
from shared.events.savings import SavingCategory, SavingStatus
from shared.events.suggestions import (
    EnteredBy,
    Recommendation,
    SubmittedAs,
    SuggestionStatus,
    SuggestionTopic,
)
from shared.stream import Stored

#: What people wrote for others to read. What a phone sends for its own sake is not among it.
WORDS = ("text", "place", "comment", "owner", "reason", "description", "method")


def said(case: Stored[Any], name: str) -> str | None:
    """Return what was written last under ``name``."""
    texts = (entry.texts[name] for entry in reversed(case.history) if name in entry.texts)
    return next(texts, None)


class Suggestion(BaseModel):
    """A suggestion as it stands."""

    id: str
    site: str
    enterprise: str
    topic: SuggestionTopic
    text: str | None
    place: str | None
    status: SuggestionStatus
    version: int
    occurred_at: datetime
    recorded_at: datetime
    submitted_as: SubmittedAs
    entered_by: EnteredBy
    recommendation: Recommendation | None
    owner: str | None
    due: date | None
    budget_fen: int | None
    until: date | None
    cost_fen: int | None
    reason: str | None = Field(description="of the last rejection, deferral or abandonment")
    into: str | None

    @classmethod
    def of(cls, case: Stored[suggestion.Suggestion], today: date) -> Self:
        """Return how ``case`` stands today."""
        state = case.state
        return cls(
            id=case.id,
            site=state.site.id,
            enterprise=state.site.enterprise,
            topic=state.topic,
            text=said(case, "text"),
            place=said(case, "place"),
            status=state.standing(today),
            version=case.version,
            occurred_at=state.occurred_at,
            recorded_at=case.history[0].recorded_at,
            submitted_as=state.submitted_as,
            entered_by=state.entered_by,
            recommendation=state.recommendation,
            owner=said(case, "owner"),
            due=state.due,
            budget_fen=state.budget,
            until=state.until,
            cost_fen=state.cost,
            reason=said(case, "reason"),
            into=state.into,
        )


class Days(BaseModel):
    """A period, both days included."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class Saving(BaseModel):
    """A saving as it stands; ``amount_fen`` is what was claimed, ``verified_fen`` what was confirmed."""

    id: str
    site: str
    enterprise: str
    status: SavingStatus
    version: int
    amount_fen: int
    verified_fen: int | None
    category: SavingCategory
    method: str | None
    period: Days
    suggestion: str | None
    hazard: str | None
    occurred_at: datetime
    recorded_at: datetime
    reason: str | None

    @classmethod
    def of(cls, case: Stored[savings.Saving]) -> Self:
        """Return how ``case`` stands."""
        state = case.state
        return cls(
            id=case.id,
            site=state.site.id,
            enterprise=state.site.enterprise,
            status=state.status,
            version=case.version,
            amount_fen=state.amount,
            verified_fen=state.verified,
            category=state.category,
            method=said(case, "method"),
            period=Days(first=state.first, last=state.last),
            suggestion=state.suggestion,
            hazard=state.hazard,
            occurred_at=state.occurred_at,
            recorded_at=case.history[0].recorded_at,
            reason=said(case, "reason"),
        )


class Entry(BaseModel):
    """One thing that happened to a case, in which role somebody did it, and what they wrote."""

    sequence: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    role: Role
    texts: dict[str, str]


def history(case: Stored[Any]) -> list[Entry]:
    """Return everything that happened to ``case``, from its beginning."""
    return [
        Entry(
            sequence=entry.sequence,
            type=entry.type,
            occurred_at=datetime.fromisoformat(entry.time),
            recorded_at=entry.recorded_at,
            role=Role(entry.role),
            texts={name: text for name, text in entry.texts.items() if name in WORDS},
        )
        for entry in case.history
    ]
