"""What each event of an enterprise adds to the figures: it stands in one cell at a time, until it closes."""

from dataclasses import dataclass
from datetime import datetime

from services.reporting.domain.cells import Effect, Home, Move, cell_of
from services.reporting.domain.figures import Stock
from shared.events.base import Recorded
from shared.events.enterprises import AnyEnterpriseFact, Enterprise, RegisterStatus
from shared.events.rules import month


@dataclass(frozen=True, slots=True)
class EnterpriseCase:
    """Where an enterprise is counted, and since which month; a closed one is counted nowhere."""

    home: Home
    since: int
    counted: bool


def follow(
    case: EnterpriseCase | None, event: Recorded[AnyEnterpriseFact]
) -> tuple[EnterpriseCase, tuple[Effect, ...]]:
    """Return the case after ``event`` and what the event does to the figures.

    An enterprise counts from the month in which it became active, however late it was registered. What is
    said to have changed before the last change takes its place, so that no cell ever holds less than nothing.
    """
    entry = event.fact.enterprise
    home = Home(cell_of(entry.region, entry.industry, entry.size), entry.id, entry.sites[0].id)
    counted = entry.status is RegisterStatus.ACTIVE
    if case is None:
        after = EnterpriseCase(home, _began(entry, event.occurred_at), counted)
        return after, tuple(_effects(None, after, event))
    if (case.home.cell, case.counted) == (home.cell, counted):
        return case, ()
    after = EnterpriseCase(home, max(month(event.occurred_at), case.since), counted)
    return after, tuple(_effects(case, after, event))


def _effects(
    before: EnterpriseCase | None, after: EnterpriseCase, event: Recorded[AnyEnterpriseFact]
) -> list[Effect]:
    recorded = month(event.recorded_at)
    places = ((before, -1), (after, 1))
    return [
        Effect(case.home, recorded, (Move(Stock.ENTERPRISES_REGISTERED, after.since, sign),))
        for case, sign in places
        if case is not None and case.counted
    ]


def _began(entry: Enterprise, registered_at: datetime) -> int:
    began = entry.active_from
    return began.year * 100 + began.month if began else month(registered_at)
