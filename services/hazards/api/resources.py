"""What this service answers: a hazard, and its history. Never an account, and never a receipt."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from services.hazards.domain import Hazard, Score
from shared.events.hazards import Control, DismissReason, HazardStatus, Source
from shared.events.suggestions import SubmittedAs
from shared.stream import Stored
from shared.stream.documents import Entry

# Given by the phone to find its report again; whoever reads it could not do more, and shall not try.
_UNSHOWN = frozenset({"receipt_hash"})


class RiskView(BaseModel):
    """The risk as it was scored."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    method: str
    likelihood: str
    exposure: str
    consequence: str
    score: str
    risk_class: str = Field(alias="class", description="I (extremely dangerous) to V (acceptable)")

    @classmethod
    def of(cls, score: Score) -> Self:
        """Return what is shown of a score."""
        return cls.model_validate(score, from_attributes=True, by_name=True)


class ControlView(BaseModel):
    """A control measure."""

    rank: Control
    description: str


class HazardView(BaseModel):
    """A hazard."""

    model_config = ConfigDict(serialize_by_alias=True)

    id: str
    site: str
    enterprise: str
    region: str
    status: HazardStatus
    version: int
    source: Source
    submitted_as: SubmittedAs
    category: str | None
    description: str
    place: str | None
    occurred_at: datetime
    recorded_at: datetime
    risk: RiskView | None
    may_cause: tuple[str, ...]
    owner: str | None
    due: date | None
    control: Control | None = Field(description="the strongest of the controls")
    controls: list[ControlView]
    cost_fen: int | None
    evidence: tuple[str, ...]
    resolved_at: datetime | None
    dismissed: DismissReason | None
    merged_into: str | None


class EntryView(BaseModel):
    """A step that a hazard has taken."""

    sequence: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    role: str
    texts: dict[str, str]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return what is shown of a stored event."""
        return cls(
            sequence=entry.sequence,
            type=entry.type,
            occurred_at=datetime.fromisoformat(entry.time),
            recorded_at=entry.recorded_at,
            role=entry.role,
            texts={name: text for name, text in entry.texts.items() if name not in _UNSHOWN},
        )


def view(case: Stored[Hazard]) -> HazardView:
    """Return what is shown of a hazard."""
    hazard, done = case.state, case.state.resolution
    return HazardView(
        id=case.id,
        site=hazard.site.id,
        enterprise=hazard.site.enterprise,
        region=hazard.site.region,
        status=hazard.status,
        version=case.version,
        source=hazard.source,
        submitted_as=hazard.submitted_as,
        category=hazard.category,
        description=hazard.description,
        place=hazard.place,
        occurred_at=hazard.occurred_at,
        recorded_at=hazard.recorded_at,
        risk=RiskView.of(hazard.risk) if hazard.risk else None,
        may_cause=hazard.may_cause,
        owner=hazard.owner,
        due=hazard.due,
        control=done.control if done else None,
        controls=[ControlView(rank=each.rank, description=each.description) for each in done.measures]
        if done
        else [],
        cost_fen=done.cost_fen if done else None,
        evidence=done.evidence if done else (),
        resolved_at=done.at if done else None,
        dismissed=hazard.dismissed,
        merged_into=hazard.merged_into,
    )
