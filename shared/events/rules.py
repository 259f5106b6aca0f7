"""What every rule speaks of: who acts, when, and how a wish is refused. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import ClassVar

from shared.events.base import Role, Site

NATION = "CN"
# China has kept one zone without daylight saving since 1992; the figures' months and days are counted in it.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account in a role, with what it may reach.

    ``areas`` are prefixes of region codes; ``CN`` covers the nation.
    """

    id: str
    role: Role
    enterprises: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    partner: str | None = None
    capacity: str | None = None

    def covers_enterprise(self, enterprise: str) -> bool:
        """Whether the account belongs to the enterprise."""
        return enterprise in self.enterprises

    def covers_area(self, code: str) -> bool:
        """Whether an area of the account contains the area ``code``; only ``CN`` contains the nation."""
        return any(area == NATION or code.startswith(area) for area in self.areas if area)

    def reaches(self, enterprise: str, region: str) -> bool:
        """Whether a case of this enterprise, at a site in this region, is the account's business."""
        return self.covers_enterprise(enterprise) or self.covers_area(region)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, when we learnt of it, and whether the sender's clock ran ahead."""

    occurred_at: datetime
    recorded_at: datetime
    clock_skew: bool = False


@dataclass(frozen=True, slots=True)
class Private:
    """What stays in the owning service: who did it (None: nobody shall know) and what they wrote."""

    by: str | None
    texts: Mapping[str, str]


class Refused(Exception):  # noqa: N818 - a refusal is an expected outcome, not a failure
    """A wish that a rule does not grant; the base of every named refusal.

    Attributes:
        slug: stable name of the problem, the last part of its ``type``.
        detail: one sentence for whoever asked.
        fields: the fields at fault, each with its message.
        extra: further members of the problem document.
    """

    slug: ClassVar[str] = "refused"

    def __init__(self, detail: str, *, fields: Mapping[str, str] | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = tuple((fields or {}).items())
        self.extra = extra


class WrongState(Refused):
    """The case is not in a state from which this step can be taken."""

    slug = "wrong-state"

    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"a case that is {state} cannot be {step}", state=state)


class OwnWork(Refused):
    """The same person may not do both steps; four eyes are the point."""

    slug = "own-work"


class OutOfScope(Refused):
    """The site is not the actor's to speak for."""

    slug = "forbidden"

    def __init__(self) -> None:
        super().__init__("your account does not reach this site")


class NoSite(Refused):
    """The site that a request means is not to be had; the base of every reason why.

    Attributes:
        reach: what an account may name to reach it, or one of those that could be meant; empty where it
            is not known. No part of the answer.
    """

    def __init__(
        self,
        detail: str,
        *,
        fields: Mapping[str, str] | None = None,
        reach: tuple[str, ...] = (),
        **extra: object,
    ) -> None:
        super().__init__(detail, fields=fields, **extra)
        self.reach = reach

    def told_to(self, actor: Actor, enterprise: str) -> tuple[str, ...]:
        """Return what the actor's scope must name one of, to be told this of a site of ``enterprise``."""
        # Where an unknown site lies is unknown as well: any area may turn out to hold it.
        return self.reach or (enterprise, *actor.areas)


class Invalid(Refused):
    """A field says what cannot be."""

    slug = "invalid"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}", fields={field: message})


class TooEarly(Invalid):
    """The step is said to have happened before what it follows."""

    def __init__(self, what: str, earliest: datetime) -> None:
        super().__init__("occurred_at", f"is before {what}, which was at {earliest.isoformat()}")


class TooOld(Invalid):
    """The step lies further back than may be entered now."""

    def __init__(self, days: int) -> None:
        super().__init__("occurred_at", f"should not lie more than {days} days back")


def not_before(moment: Moment, earliest: datetime, what: str) -> None:
    """Refuse a step that would precede ``what``.

    Raises:
        TooEarly: ``occurred_at`` lies before ``earliest``.
    """
    if moment.occurred_at < earliest:
        raise TooEarly(what, earliest)


def reach(site: Site) -> tuple[str, ...]:
    """Return what an account may name to reach a case of ``site``: its enterprise and every area of it."""
    region = site.region
    return (site.enterprise, NATION, region[:2], region[:4], region)


def month(at: datetime) -> int:
    """The month in Asia/Shanghai as ``YYYYMM``."""
    local = at.astimezone(SHANGHAI)
    return local.year * 100 + local.month
