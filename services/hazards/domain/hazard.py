"""A hazard as this service knows it. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.events.base import Site
from shared.events.hazards import Control, DismissReason, HazardStatus, Source
from shared.events.suggestions import SubmittedAs

#: Nothing has been done yet that would remove it.
OPEN = frozenset({HazardStatus.REPORTED, HazardStatus.ASSESSED, HazardStatus.ASSIGNED})


@dataclass(frozen=True, slots=True)
class Measure:
    """A control measure: its rank in the hierarchy of controls, and what was done."""

    rank: Control
    description: str


@dataclass(frozen=True, slots=True)
class Score:
    """The risk as it was scored; every value an exact decimal text."""

    method: str
    likelihood: str
    exposure: str
    consequence: str
    score: str
    risk_class: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What removed the hazard, by whom and when."""

    at: datetime
    by: str | None
    control: Control
    measures: tuple[Measure, ...]
    cost_fen: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """One hazard.

    Attributes:
        site: as it was at the report; every later event carries the same, so that no lookup is needed.
        reach: every enterprise and area that the hazard belongs to; accounts and lists name one of them.
        reporter: the account; None where nobody shall know.
        since: when it came to be open, resolved or verified as it is now.
        owner: the post that answers for its removal.
    """

    id: str
    site: Site
    reach: tuple[str, ...]
    status: HazardStatus
    source: Source
    submitted_as: SubmittedAs
    category: str | None
    description: str
    place: str | None
    receipt_hash: str | None
    reporter: str | None
    occurred_at: datetime
    recorded_at: datetime
    since: datetime
    risk: Score | None = None
    may_cause: tuple[str, ...] = ()
    owner: str | None = None
    due: date | None = None
    resolution: Resolution | None = None
    dismissed: DismissReason | None = None
    merged_into: str | None = None
