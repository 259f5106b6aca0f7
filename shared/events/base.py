"""What every event has: the fact itself, the site it is about, and the envelope that travels with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

# Whole fen; the upper bound is the largest integer that every JSON reader keeps exact.
Fen = Annotated[int, Field(ge=0, le=2**53 - 1, description="money in fen, a hundredth of a yuan")]


class Role(StrEnum):
    """In which role somebody acts; events carry the role and never the person."""

    WORKER = "worker"
    TEAM = "team"
    MANAGER = "manager"
    INSPECTOR = "inspector"
    AUTHORITY = "authority"
    PROTECTION = "protection"
    PARTNER = "partner"
    SERVICE = "service"
    OPERATOR = "operator"


class Size(StrEnum):
    """Size class of an enterprise, MIIT 2011 (No. 300); unknown where a figure it needs is missing."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    UNKNOWN = "unknown"


class Part(BaseModel):
    """A frozen piece of an event; open to later additions, strict about the types of what it knows."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Site(Part):
    """The workplace of a case as it was when the case began, so that a counter needs no join."""

    id: str = Field(description="<enterprise>-<number>")
    enterprise: str = Field(description="Unified Social Credit Code, GB 32100-2015")
    country: str = Field(description="ISO 3166-1 alpha-2")
    region: str = Field(description="county, GB/T 2260 code of six digits")
    industry: str = Field(description="GB/T 4754-2017 code: section letter and up to four digits")
    size: Size


class Fact(Part):
    """What happened, without free text and without persons; each subclass is one published contract."""

    kafka_topic: ClassVar[str]
    major: ClassVar[int] = 1  # of the contract; a change that an old reader cannot read makes a new one

    by: Role
    clock_skew: bool = Field(default=False, description="the sender's clock was ahead, by 5 minutes at most")
    code_lists: dict[str, str] = Field(default={}, description="version of each code list that was used")

    @property
    def key(self) -> str:
        """The enterprise, which is the partition key of every topic."""
        raise AttributeError(f"{type(self).__name__} has no enterprise")


class CaseFact(Fact):
    """A fact about a case that belongs to a site."""

    site: Site

    @property
    def key(self) -> str:
        """The enterprise of the site."""
        return self.site.enterprise


FactT_co = TypeVar("FactT_co", bound=Fact, covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[FactT_co]):
    """A fact with its envelope, as it was stored and as it is published.

    Attributes:
        subject: id of the case (or of the enterprise) that the fact belongs to.
        sequence: the version that the fact gave its case: 1, 2, 3 …
        occurred_at: when it happened, by whoever reported it.
        recorded_at: when we learnt of it; never runs backwards within a case.
        traceparent: W3C trace context of the request that caused it.
    """

    fact: FactT_co
    subject: str
    sequence: int
    occurred_at: datetime
    recorded_at: datetime
    traceparent: str | None = None

    @property
    def id(self) -> str:
        """The identity of the event for ever: two copies of it are recognised by this."""
        return f"{self.subject}:{self.sequence}"

    @property
    def type(self) -> str:
        """The name of the fact, which is its CloudEvents type."""
        return type(self.fact).__name__
