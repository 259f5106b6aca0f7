"""Facts about safety hazards, from the report to the verified control."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from shared.events.base import CaseFact, Fen, Part
from shared.events.suggestions import SubmittedAs


class HazardStatus(StrEnum):
    """Where a hazard stands; open are reported, assessed and assigned."""

    REPORTED = "reported"
    ASSESSED = "assessed"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    VERIFIED = "verified"
    STRUCK_OFF = "struck_off"
    DISMISSED = "dismissed"
    MERGED = "merged"


class Source(StrEnum):
    """Who found the hazard."""

    WORKER = "worker"
    TEAM = "team"
    MANAGER = "manager"
    INSPECTOR = "inspector"
    SELF_AUDIT = "self_audit"
    BUYER_AUDIT = "buyer_audit"
    AUTHORITY = "authority"


class Control(StrEnum):
    """Rank of a control measure in the hierarchy of controls, ISO 45001:2018 8.1.2, strongest first."""

    ELIMINATION = "elimination"
    SUBSTITUTION = "substitution"
    ENGINEERING = "engineering"
    ADMINISTRATIVE = "administrative"
    PPE = "ppe"


class ReopenKind(StrEnum):
    """Why a hazard came back."""

    FAILED_VERIFICATION = "failed_verification"
    RECURRENCE = "recurrence"


class DismissReason(StrEnum):
    """Why a report was not a hazard of this site."""

    NOT_A_HAZARD = "not_a_hazard"
    TEST = "test"
    OTHER_SITE = "other_site"


class Risk(Part):
    """A risk score, LEC: likelihood × exposure × consequence, in exact decimal figures."""

    method: str
    likelihood: str
    exposure: str
    consequence: str
    score: str
    risk_class: str = Field(alias="class", description="I (extremely dangerous) to V (acceptable)")


class HazardFact(CaseFact):
    """A fact about a hazard."""

    kafka_topic = "hazards"

    before: HazardStatus | None
    after: HazardStatus


class HazardReported(HazardFact):
    """Somebody saw a hazard; nothing has been done yet."""

    category: str | None = Field(description="GB/T 13861-2022 code, or not classified yet")
    source: Source
    submitted_as: SubmittedAs


class HazardAssessed(HazardFact):
    """The risk was scored and the hazard classified."""

    risk: Risk
    category: str | None = Field(description="GB/T 13861-2022 code")
    may_cause: tuple[str, ...] = Field(default=(), description="accident types, GB 6441 codes")


class HazardAssigned(HazardFact):
    """A post answers for its removal by a day."""

    due: date


class HazardResolved(HazardFact):
    """A control measure is in place; the hazard awaits verification by someone else."""

    control: Control = Field(description="the strongest of the controls")
    controls: tuple[Control, ...]
    cost: Fen
    evidence: tuple[str, ...] = Field(default=(), description="ids of media in the owning service")


class HazardVerified(HazardFact):
    """Somebody other than the resolver confirmed that the control works."""

    category: str


class HazardReopened(HazardFact):
    """The control failed its verification, or the hazard came back."""

    kind: ReopenKind


class HazardDismissed(HazardFact):
    """The report was false: no hazard, a test, or another site's."""

    reason: DismissReason


class HazardMerged(HazardFact):
    """It is the same hazard as another report, which carries on for both."""

    into: str


AnyHazardFact = (
    HazardReported
    | HazardAssessed
    | HazardAssigned
    | HazardResolved
    | HazardVerified
    | HazardReopened
    | HazardDismissed
    | HazardMerged
)
