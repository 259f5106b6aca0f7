"""The HTTP edge of reporting: areas for those who answer for them, enterprises for themselves."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, TypeVar

from fastapi import Depends, Query
from pydantic import AfterValidator
from starlette.responses import Response

from services.reporting.bus import Ends
from services.reporting.domain.periods import parse
from services.reporting.resources import area_report, enterprise_report
from services.reporting.store.provenance import Partition
from services.reporting.store.reading import By, OwnBy, Range
from services.reporting.store.reports import Report, Reports
from shared.codes import regions
from shared.codes.lists import UnknownCode
from shared.events.base import Role
from shared.events.rules import NATION, Actor
from shared.http import Json, Problem, Router, allowed, invalid
from shared.settings import Settings

R = TypeVar("R", bound=Report | None)

# Twenty years: longer than any series of the field, short enough to be read at once.
_MOST_MONTHS = 240

Month = Annotated[str, AfterValidator(lambda text: text if parse(text) else "")]
AreaReader = Annotated[Actor, allowed(Role.AUTHORITY, Role.OPERATOR, Role.SERVICE)]
OwnReader = Annotated[Actor, allowed(Role.WORKER, Role.TEAM, Role.MANAGER, Role.OPERATOR, Role.SERVICE)]


async def span(
    first: Annotated[Month, Query(alias="from", description="the first month, such as 2015-11")],
    last: Annotated[Month, Query(alias="to", description="the last month")],
    as_of: Annotated[Month | None, Query(description="as known at the end of this month")] = None,
) -> Range:
    """Return the months that are asked for."""
    asked = Range(parse(first), parse(last), parse(as_of) if as_of else None)
    if asked.first > asked.last:
        raise invalid("to", "should not be before from")
    if asked.length > _MOST_MONTHS:
        raise invalid("to", f"should be at most {_MOST_MONTHS} months from from")
    return asked


Span = Annotated[Range, Depends(span)]


def router(reports: Reports, ends: Ends, settings: Settings) -> Router:
    """Return the routes."""
    routes = Router(prefix="/v1/reports", tags=["reports"])

    async def read(report: Awaitable[R]) -> tuple[R, dict[Partition, int] | None]:
        # Kafka is asked meanwhile: what came before the request is counted in the report, or as behind.
        likely = reports.edition
        found, at = await asyncio.gather(report, ends.now(likely))
        if found is not None:
            edition = found.provenance.generation.edition
            # The first report since the process began, or since the log was given more partitions; or the log
            # has grown between that answer and the report's point in time.
            if edition != likely or found.provenance.beyond(at):
                at = await ends.now(edition)
        return found, at

    @routes.get("/areas/{code}")
    async def read_area(code: str, actor: AreaReader, asked: Span, by: By | None = None) -> Response:
        _area(code, actor)
        report, at = await read(reports.area(code, asked, by))
        return Json(area_report(code, asked, by, report, report.provenance.document(settings, at)))

    @routes.get("/enterprises/{uscc}")
    async def read_enterprise(uscc: str, actor: OwnReader, asked: Span, by: OwnBy | None = None) -> Response:
        _own(uscc, actor)
        report, at = await read(reports.enterprise(uscc, asked, by))
        if report is None:
            raise _unknown()
        return Json(enterprise_report(uscc, asked, report, report.provenance.document(settings, at)))

    return routes


def _area(code: str, actor: Actor) -> None:
    """Refuse an area that there is not, or that is not the asker's."""
    try:
        regions.of(code)
    except UnknownCode:
        raise Problem("not-found", 404, "There is no such area.") from None
    if actor.role is not Role.OPERATOR and not actor.covers_area(code):
        raise Problem("forbidden", 403, "This area is not yours.")


def _own(enterprise: str, actor: Actor) -> None:
    """Refuse an enterprise that is not the asker's, as if there were none."""
    # A service that may read the nation may read each of its enterprises; an area is no claim of people's.
    everybody = actor.role is Role.OPERATOR or (actor.role is Role.SERVICE and actor.covers_area(NATION))
    if not (everybody or actor.covers_enterprise(enterprise)):
        raise _unknown()


def _unknown() -> Problem:
    return Problem("not-found", 404, "There is no such enterprise.")
