"""The published form of a register entry: all that a counter needs, and no names."""

from collections.abc import Iterable

from services.enterprises.domain.state import Enterprise, Particulars, SiteParticulars, Workplace
from shared.events import enterprises as facts
from shared.events.base import Size
from shared.events.enterprises import RegisterStatus, SiteEntry


def entered(uscc: str, particulars: Particulars, sites: Iterable[SiteEntry]) -> facts.Enterprise:
    """Return an enterprise at work as ``particulars`` describe it, in the size class that follows."""
    return facts.Enterprise(
        id=uscc,
        id_scheme="cn-uscc",
        country="CN",
        region=particulars.region,
        industry=particulars.industry,
        size=Size(particulars.size().size),
        employees=particulars.employees,
        active_from=particulars.active_from,
        status=RegisterStatus.ACTIVE,
        sites=tuple(sites),
    )


def standing(case: Enterprise, sites: Iterable[SiteEntry]) -> facts.Enterprise:
    """Return an enterprise at work as it stands, in the size class it was given, with other sites."""
    return entered(case.id, case.particulars, sites).model_copy(update={"size": case.size})


def site(
    site_id: str,
    particulars: Particulars | SiteParticulars,
    status: RegisterStatus = RegisterStatus.ACTIVE,
) -> SiteEntry:
    """Return a site as ``particulars`` describe it, be they its own or those of its enterprise."""
    return SiteEntry(
        id=site_id,
        region=particulars.region,
        industry=particulars.industry,
        employees=particulars.employees,
        status=status,
    )


def sites(case: Enterprise) -> list[SiteEntry]:
    """Return the sites as they are."""
    return [_of(each) for each in case.sites]


def closed(entry: SiteEntry) -> SiteEntry:
    """Return a site that has ceased to work."""
    return entry.model_copy(update={"status": RegisterStatus.CLOSED})


def _of(place: Workplace) -> SiteEntry:
    return site(place.id, place.particulars, place.status)
