"""Reports as they are answered: figures, groups with their names, and what they rest on."""

from collections.abc import Callable

from services.reporting.domain.periods import show
from services.reporting.store.reading import By, Range
from services.reporting.store.reports import Report
from shared.codes import industries, regions
from shared.mongo import Document


def area_report(area: str, span: Range, by: By | None, report: Report, provenance: Document) -> Document:
    """Return the report of an area."""
    region = regions.of(area)
    said = {"code": area, "name": region.zh, "name_en": region.en}
    return {"area": said, **_months(span)} | _figures(report, provenance, lambda key: _name(by, key))


def enterprise_report(enterprise: str, span: Range, report: Report, provenance: Document) -> Document:
    """Return the report of an enterprise."""
    own = {"enterprise": {"id": enterprise}, **_months(span)}
    return own | _figures(report, provenance, lambda _key: None)


def _months(span: Range) -> Document:
    return {"from": show(span.first), "to": show(span.last)}


def _figures(report: Report, provenance: Document, name: Callable[[str], str | None]) -> Document:
    groups = [{"key": key, "name": name(key), "totals": totals} for key, totals in report.groups]
    return {"totals": report.totals, "groups": groups, "provenance": provenance}


def _name(by: By | None, key: str) -> str | None:
    match by:
        case By.AREA:
            return regions.of(key).zh
        case By.INDUSTRY:
            return industries.name(key)
        case _:
            return None
