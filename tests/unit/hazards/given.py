"""Hazards as they stand after some steps, made by the rules themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.hazards import domain
from services.hazards.domain import Hazard
from shared.events.base import Fact, Recorded, Role, Site, Size
from shared.events.hazards import Control, ReopenKind, Source
from shared.events.rules import Actor, Moment, Private
from shared.events.suggestions import SubmittedAs

USCC = "91330503MA2B0ABC1B"
OTHER = "92330503MA28NANX1T"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ANN = Actor("ann", Role.TEAM, (USCC,))
BOB = Actor("bob", Role.MANAGER, (USCC,))
DUE = date(2026, 3, 9)


def site(uscc: str = USCC) -> Site:
    return Site(
        id=f"{uscc}-1", enterprise=uscc, country="CN", region="330503", industry="C3812", size=Size.SMALL
    )


def at(hours: float = 0, *, skew: bool = False) -> Moment:
    """A moment, so many hours after noon in Nanxun."""
    when = NOON + timedelta(hours=hours)
    return Moment(when, when, skew)


def after(hazard: Hazard | None, fact: Fact, by: Actor, when: Moment, **texts: str) -> Hazard:
    """The hazard as the fact leaves it."""
    event: Recorded[Any] = Recorded(
        fact, hazard.id if hazard else "hz_1", 1, when.occurred_at, when.recorded_at
    )
    return domain.evolve(hazard, event, Private(by.id, texts))


def reported(by: Actor = ANN, *, category: str | None = None, uscc: str = USCC) -> Hazard:
    fact = domain.report(
        by,
        at(),
        enterprise=uscc,
        site=site(uscc),
        source=Source.TEAM,
        category=category,
        submitted_as=SubmittedAs.NAMED,
    )
    return after(None, fact, by, at(), description="滚筒没有护罩")


def assessed(hazard: Hazard, hours: float = 1, category: str | None = "2102") -> Hazard:
    fact = domain.assess(
        hazard,
        ANN,
        at(hours),
        likelihood="3",
        exposure="6",
        consequence="7",
        category=category,
        may_cause=("03",),
    )
    return after(hazard, fact, ANN, at(hours))


def assigned(hazard: Hazard, hours: float = 2, owner: str = "设备科") -> Hazard:
    return after(hazard, domain.assign(hazard, ANN, at(hours), due=DUE), ANN, at(hours), owner=owner)


def resolved(hazard: Hazard, by: Actor = ANN, hours: float = 3) -> Hazard:
    fact = domain.resolve(
        hazard,
        by,
        at(hours),
        ranks=[Control.PPE, Control.ENGINEERING],
        cost_fen=50_000,
        evidence=["md_" + "0" * 32],
    )
    return after(hazard, fact, by, at(hours), control_1="手套", control_2="护罩")


def verified(hazard: Hazard, by: Actor = BOB, hours: float = 4) -> Hazard:
    return after(hazard, domain.verify(hazard, by, at(hours)), by, at(hours))


def reopened(hazard: Hazard, kind: ReopenKind = ReopenKind.RECURRENCE, hours: float = 5) -> Hazard:
    return after(hazard, domain.reopen(hazard, BOB, at(hours), kind=kind), BOB, at(hours), reason="又坏了")
