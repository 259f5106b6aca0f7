"""What each event of an enterprise adds to the figures: it stands in one cell at a time, until it closes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.reporting.domain.cells import Effect, Home, Move, cell_of
from services.reporting.domain.figures import Stock
from shared.events.base import Recorded
from shared.events.enterprises import AnyEnterpriseFact, Enterprise, RegisterStatus
from shared.events.rules import month


@dataclass(frozen=True, slots=True)
class EnterpriseCase:
    """Where an enterprise is counted, and since which month; a closed one is counted nowhere.

    Attributes:
        registered: the month of its registration, while it stands where it began; 0 afterwards.
    """

    home: Home
    since: int
    counted: bool
    registered: int = 0


def follow(
    case: EnterpriseCase | None, event: Recorded[AnyEnterpriseFact]
) -> tuple[EnterpriseCase, tuple[Effect, ...]]:
    """Return the case after ``event`` and what the event does to the figures.

    An enterprise counts from the month in which it became active, however late it was registered, and however
    late that month was said. What is said to have changed before the last change takes its place, so that no
    cell ever holds less than nothing.
    """
    entry = event.fact.enterprise
    home = Home(cell_of(entry.region, entry.industry, entry.size), entry.id, entry.sites[0].id)
    counted = entry.status is RegisterStatus.ACTIVE
    if case is None:
        registered = month(event.occurred_at)
        after = EnterpriseCase(home, _began(entry, registered), counted, registered)
        return after, tuple(_stands(after, 1, event, after.since))
    effects: list[Effect] = []
    if case.registered and case.since != (began := _began(entry, case.registered)):
        effects += (*_stands(case, -1, event, case.since), *_stands(case, 1, event, began))
        case = replace(case, since=began)
    if (case.home.cell, case.counted) == (home.cell, counted):
        return case, tuple(effects)
    after = EnterpriseCase(home, max(month(event.occurred_at), case.since), counted)
    left, came = _stands(case, -1, event, after.since), _stands(after, 1, event, after.since)
    return after, (*effects, *left, *came)


def _stands(
    case: EnterpriseCase, sign: int, event: Recorded[AnyEnterpriseFact], since: int
) -> Iterator[Effect]:
    """Yield what it does to the figures that an enterprise stands somewhere since a month, or no longer."""
    if case.counted:
        yield Effect(case.home, month(event.recorded_at), (Move(Stock.ENTERPRISES_REGISTERED, since, sign),))


def _began(entry: Enterprise, registered: int) -> int:
    began = entry.active_from
    return began.year * 100 + began.month if began else registered
