"""An enterprise after the facts that a test gives it, decided and evolved as the service does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.enterprises import domain
from services.enterprises.domain import Enterprise, Particulars, SiteParticulars
from shared.events.base import Recorded, Role
from shared.events.enterprises import AnyEnterpriseFact, EnterpriseRegistered
from shared.events.rules import Actor, Moment, Private

USCC = "91330503MA2B0ABC1B"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

REGISTRAR = Actor("registrar", Role.OPERATOR)
MANAGER = Actor("ann", Role.MANAGER, enterprises=(USCC,))
NANXUN = Actor("bo", Role.AUTHORITY, areas=("330503",))
DALIAN = Actor("chen", Role.AUTHORITY, areas=("2102",))

MOTORS = Particulars(
    name="南浔某电机有限公司", region="330503", industry="C3812", employees=240, revenue_cny=120_000_000
)
WORKSHOP = SiteParticulars(name="二号车间", region="330502", industry="C3812", employees=40)

Decide = Callable[[Enterprise | None, Moment], AnyEnterpriseFact | None]


def moment(**later: float) -> Moment:
    """Return noon, or so much later."""
    at = NOON + timedelta(**later)
    return Moment(at, at)


def registering(wish: Particulars = MOTORS, by: Actor = REGISTRAR) -> tuple[Decide, dict[str, str]]:
    """Return the step that registers or updates."""
    return lambda case, at: domain.register(case, wish, uscc=USCC, by=by, at=at), wish.private()


def setting(number: int, wish: SiteParticulars = WORKSHOP) -> tuple[Decide, dict[str, str]]:
    """Return the step that enters or updates a site."""
    return (
        lambda case, at: domain.set_site(case, wish, number=number, by=REGISTRAR, at=at),
        {"name": wish.name},
    )


def closing(number: int | None = None) -> tuple[Decide, dict[str, str]]:
    """Return the step that closes a site, or the enterprise."""
    if number is None:
        return lambda case, at: domain.close(case, by=REGISTRAR, at=at), {"reason": "搬迁"}
    return lambda case, at: domain.close_site(case, number=number, by=REGISTRAR, at=at), {}


def given(*steps: tuple[Decide, dict[str, str]]) -> Enterprise:
    """Return the enterprise after the steps, an hour apart, the first at noon."""
    case: Enterprise | None = None
    for number, (decide, texts) in enumerate(steps):
        at = moment(hours=number)
        fact = decide(case, at)
        assert fact is not None, "a step that a test gives changes something"
        event = Recorded(fact, USCC, number + 1, at.occurred_at, at.recorded_at)
        case = domain.evolve(case, event, Private("ann", texts))
    assert case is not None
    return case


def entered(wish: Particulars, at: Moment | None = None) -> EnterpriseRegistered:
    """Return the fact of a first registration."""
    fact = domain.register(None, wish, uscc=USCC, by=REGISTRAR, at=at or moment())
    assert isinstance(fact, EnterpriseRegistered)
    return fact


def motors(**changed: object) -> Particulars:
    """Return the motor maker with other particulars."""
    return replace(MOTORS, **changed)  # type: ignore[arg-type]  # a test says which
