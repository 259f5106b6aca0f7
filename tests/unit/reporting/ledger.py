"""The figures kept in memory as the store keeps them, and the same counted by hand from the events."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.reporting.domain import counting
from services.reporting.domain.counting import Months
from services.reporting.domain.fold import Case, fold
from services.reporting.domain.report import Row, Series, Totals
from services.reporting.domain.rollups import TOTAL, Key, Level
from shared.events import CaseFact, Fact, Recorded
from shared.events.hazards import (
    HazardDismissed,
    HazardMerged,
    HazardReopened,
    HazardReported,
    HazardResolved,
)
from shared.events.rules import NATION, month
from shared.events.suggestions import SuggestionSubmitted

Event = Recorded[Fact]


@dataclass
class Ledger:
    """Applies events as the projection does, and reads totals as the reports do."""

    cases: dict[str, Case] = field(default_factory=dict)
    months: defaultdict[str, Months] = field(default_factory=lambda: defaultdict(Months))
    counters: defaultdict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def apply(self, events: Iterable[Event]) -> None:
        """Apply events in the order given."""
        for event in events:
            self.cases[event.subject], effects = fold(self.cases.get(event.subject), event)
            for key, added in counting.rollups(effects, self.months).items():
                self.counters[key].update(added)

    def series(self, area: str = NATION, *, path: str = TOTAL, known: int = 999912) -> Series:
        """Return the counters of an area as known at the end of a month."""
        rows = [
            Row(key.month, _inside(counters, path))
            for key, counters in self.counters.items()
            if key.area == area and key.recorded <= known
        ]
        return Series(rows)

    def totals(
        self, first: int, last: int, *, area: str = NATION, path: str = TOTAL, known: int = 999912
    ) -> Totals:
        """Return the figures of a range."""
        return self.series(area, path=path, known=known).totals(first, last)

    def areas(self) -> set[tuple[Level, str]]:
        """Every area that something was counted in."""
        return {(key.level, key.area) for key in self.counters}


def open_by_hand(events: Iterable[Event], last: int, *, known: int = 999912) -> int:
    """Hazards open at the end of a month: each event steps its case in or out of the open ones."""
    steps = {HazardReported: 1, HazardReopened: 1, HazardResolved: -1, HazardDismissed: -1, HazardMerged: -1}
    return sum(
        steps.get(type(event.fact), 0)
        for event in events
        if month(event.occurred_at) <= last and month(event.recorded_at) <= known
    )


def reporting_by_hand(
    events: Iterable[Event], first: int, last: int, *, prefix: str = "", known: int = 999912
) -> int:
    """Distinct enterprises with a suggestion or hazard in a range, counted as a set."""
    return len(
        {
            event.fact.key
            for event in events
            if isinstance(event.fact, HazardReported | SuggestionSubmitted)
            and isinstance(event.fact, CaseFact)
            and event.fact.site.region.startswith(prefix)
            and first <= month(event.occurred_at) <= last
            and month(event.recorded_at) <= known
        }
    )


def _inside(counters: Counter[str], path: str) -> dict[str, int]:
    return {
        name.removeprefix(f"{path}."): amount
        for name, amount in counters.items()
        if name.startswith(f"{path}.")
    }
