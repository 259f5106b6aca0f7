"""Facts about the money that improvements saved: claimed, then verified or rejected."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from shared.events.base import CaseFact, Fen, Part


class SavingStatus(StrEnum):
    """Where a claimed saving stands."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    REJECTED = "rejected"


class SavingCategory(StrEnum):
    """Where the money was saved."""

    HEALTHCARE = "healthcare"
    PRODUCTION = "production"
    SCRAP_QUALITY = "scrap_quality"
    ENERGY_MATERIAL = "energy_material"
    DOWNTIME = "downtime"
    OTHER = "other"


class Period(Part):
    """The days in Asia/Shanghai, both included, over which the saving was made; they lie in the past."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class SavingFact(CaseFact):
    """A fact about a saving."""

    kafka_topic = "savings"

    before: SavingStatus | None
    after: SavingStatus
    period: Period
    category: SavingCategory


class SavingClaimed(SavingFact):
    """A site says what an improvement saved over a past period; the amount is the total of that period."""

    amount: Fen
    suggestion: str | None
    hazard: str | None


class SavingVerified(SavingFact):
    """Somebody other than the claimant confirmed the saving, or a part of it."""

    claimed: Fen
    amount: Fen = Field(description="what was confirmed, at most what was claimed")


class SavingRejected(SavingFact):
    """The saving could not be confirmed."""

    claimed: Fen


AnySavingFact = SavingClaimed | SavingVerified | SavingRejected
