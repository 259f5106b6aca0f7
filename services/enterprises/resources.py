"""What the register answers: an enterprise with its sites, as the asker may see it."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from services.enterprises.domain import Enterprise, Workplace
from shared.events.base import Role, Size
from shared.events.enterprises import EnterpriseFact, RegisterStatus
from shared.events.rules import Actor
from shared.http import answer
from shared.stream import Outcome, Stored

# Turnover and assets are the enterprise's own affair, and that of those who keep the register.
_SEE_MONEY = frozenset({Role.MANAGER, Role.AUTHORITY, Role.OPERATOR, Role.SERVICE})


class SiteResource(BaseModel):
    """A workplace."""

    id: str
    name: str
    region: str
    industry: str
    employees: int | None
    status: RegisterStatus


class EnterpriseResource(BaseModel):
    """An enterprise; ``unlisted`` are those of its regions that the list of regions does not carry."""

    id: str
    id_scheme: str = "cn-uscc"
    country: str = "CN"
    name: str
    name_en: str | None
    region: str
    industry: str
    employees: int | None
    revenue_cny: int | None
    assets_cny: int | None
    active_from: date | None
    size: Size
    size_basis: tuple[str, ...]
    status: RegisterStatus
    unlisted: tuple[str, ...]
    registered_at: datetime
    closed_at: datetime | None
    version: int
    sites: list[SiteResource]


def resource(stored: Stored[Enterprise], by: Actor) -> EnterpriseResource:
    """Return the enterprise as the account may see it."""
    case, said = stored.state, stored.state.particulars
    figures: dict[str, Any] = {name: getattr(said, name) for name in said.__slots__}
    if by.role not in _SEE_MONEY:
        figures |= {"revenue_cny": None, "assets_cny": None}
    return EnterpriseResource(
        **figures,
        id=case.id,
        size=case.size,
        size_basis=case.size_basis,
        status=case.status,
        unlisted=case.unlisted,
        registered_at=case.registered_at,
        closed_at=case.closed_at,
        version=stored.version,
        sites=[site(each) for each in case.sites],
    )


def site(place: Workplace) -> SiteResource:
    """Return one workplace."""
    said = place.particulars
    return SiteResource(
        id=place.id,
        name=said.name,
        region=said.region,
        industry=said.industry,
        employees=said.employees,
        status=place.status,
    )


def answered(
    outcome: Outcome[Enterprise],
    by: Actor,
    *,
    creating: type[EnterpriseFact] | None = None,
    path: str | None = None,
) -> Response:
    """Return the enterprise after a command; 201 with ``path`` if the command's fact is ``creating``."""
    case = outcome.case
    made = creating is not None and outcome.changed and case.history[-1].type == creating.__name__
    return answer(resource(case, by), version=case.version, created_at=path if made else None)
