"""What each fact makes of an enterprise; every type of fact is answered here, once."""

from collections.abc import Mapping
from typing import assert_never

from services.enterprises.domain.state import Enterprise, Particulars, SiteParticulars, Workplace
from shared.codes import regions
from shared.events import enterprises as facts
from shared.events.base import Recorded
from shared.events.enterprises import AnyEnterpriseFact, RegisterStatus, SiteEntry
from shared.events.rules import Private

Event = Recorded[AnyEnterpriseFact]


def evolve(case: Enterprise | None, event: Event, private: Private) -> Enterprise:
    """Return the enterprise as the event leaves it."""
    fact, texts = event.fact, private.texts
    match fact:
        case facts.EnterpriseRegistered() | facts.EnterpriseUpdated():
            particulars = _particulars(fact.enterprise, texts)
            sites = _sites(case, event, otherwise=particulars.name)
        case facts.SiteRegistered() | facts.SiteUpdated():
            particulars = _known(case).particulars
            sites = _sites(case, event, otherwise=texts["name"], described=fact.site)
        case facts.EnterpriseClosed() | facts.SiteClosed():
            particulars = _known(case).particulars
            sites = _sites(case, event, otherwise=particulars.name)
        case _:
            assert_never(fact)
    where = sorted({particulars.region, *(site.particulars.region for site in sites)})
    return Enterprise(
        id=fact.enterprise.id,
        particulars=particulars,
        size=fact.enterprise.size,
        size_basis=particulars.size().basis,
        status=fact.enterprise.status,
        registered_at=case.registered_at if case else event.occurred_at,
        sites=sites,
        areas=tuple(sorted({code[:length] for code in where for length in (2, 4, 6)})),
        unlisted=tuple(code for code in where if regions.of(code).unlisted),
        closed_at=event.occurred_at if isinstance(fact, facts.EnterpriseClosed) else None,
    )


def _known(case: Enterprise | None) -> Enterprise:
    assert case is not None, "an enterprise begins with its registration"
    return case


def _particulars(entry: facts.Enterprise, texts: Mapping[str, str]) -> Particulars:
    money = {name: int(texts[name]) if name in texts else None for name in ("revenue_cny", "assets_cny")}
    return Particulars(
        name=texts["name"],
        name_en=texts.get("name_en"),
        region=entry.region,
        industry=entry.industry,
        employees=entry.employees,
        active_from=entry.active_from,
        **money,
    )


def _sites(
    case: Enterprise | None, event: Event, *, otherwise: str, described: str | None = None
) -> tuple[Workplace, ...]:
    """Return the sites; one that is described, new or a follower is called ``otherwise``."""
    before = {site.id: site for site in case.sites} if case else {}
    follower = case.follower() if case else None
    keep = {site.id for site in before.values() if site.id != described and (described or site != follower)}
    return tuple(
        _site(
            entry,
            before.get(entry.id),
            event,
            name=before[entry.id].particulars.name if entry.id in keep else otherwise,
            described=entry.id == described,
        )
        for entry in event.fact.enterprise.sites
    )


def _site(
    entry: SiteEntry, before: Workplace | None, event: Event, *, name: str, described: bool
) -> Workplace:
    closed_at = (before.closed_at if before else None) or event.occurred_at
    return Workplace(
        id=entry.id,
        particulars=SiteParticulars(name, entry.region, entry.industry, entry.employees),
        status=entry.status,
        since=before.since if before else event.occurred_at,
        closed_at=closed_at if entry.status is RegisterStatus.CLOSED else None,
        own=described or (before is not None and before.own),
    )
