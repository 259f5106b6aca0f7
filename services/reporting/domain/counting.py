"""From effects to what is to be added to which counter. Pure: the store writes what comes out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from services.reporting.domain.activity import Active, Known, change, counter_of, merged
from services.reporting.domain.cells import Cell, Effect
from services.reporting.domain.rollups import TOTAL, Increments, Key, Level, active_in, counted_in, groups_of

# What is to be added to the counters of an enterprise, by (enterprise, month, recorded month).
OwnIncrements = defaultdict[tuple[str, int, int], Counter[str]]


@dataclass(slots=True)
class Months:
    """The months in which an enterprise was active, by cell, each with when we first learnt of it.

    Attributes:
        cells: cell to month to recorded month.
        changed: something was learnt since it was read.
    """

    cells: dict[Cell, dict[int, int]] = field(default_factory=dict)
    changed: bool = False

    def learn(self, cell: Cell, month: int, recorded: int) -> Iterator[tuple[Level, str, str, Active, int]]:
        """Take in that the enterprise was active; yield what changes for which area and group."""
        known = self.cells.get(cell, {})
        if known.get(month, recorded + 1) <= recorded:
            return
        before = dict(self.cells)
        self.cells[cell] = known | {month: recorded}
        self.changed = True
        if len(self.cells) == 1:
            # So it is with nearly every enterprise: what changes is then the same everywhere.
            delta = change(known, self.cells[cell])
            for level, area in active_in(cell.region):
                for group in groups_of(cell):
                    for active, amount in delta.items():
                        yield level, area, group, active, amount
            return
        # What changes depends on which of its cells lie in the area and the group.
        deltas: dict[tuple[Cell, ...], Counter[Active]] = {}
        for level, area in active_in(cell.region):
            here = [c for c in self.cells if (level, area) in active_in(c.region)]
            for group in groups_of(cell):
                cells = tuple(c for c in here if group in groups_of(c))
                if cells not in deltas:
                    deltas[cells] = change(_merged(before, cells), _merged(self.cells, cells))
                for active, amount in deltas[cells].items():
                    yield level, area, group, active, amount


def _merged(months: dict[Cell, dict[int, int]], cells: Iterable[Cell]) -> Known:
    return merged(months[cell] for cell in cells if cell in months)


def rollups(effects: Iterable[Effect], months: Mapping[str, Months]) -> Increments:
    """Return what effects add to the roll-ups.

    ``months`` says when each enterprise was active before, of those that are so by one of them; it learns.
    """
    increments: Increments = defaultdict(Counter)
    for effect in effects:
        _count(effect, increments)
        if effect.active is not None:
            learnt = months[effect.home.enterprise].learn(effect.home.cell, effect.active, effect.recorded)
            for level, area, group, active, amount in learnt:
                counters = increments[Key(level, area, active.month, active.recorded)]
                counters[f"{group}.{counter_of(active.previous)}"] += amount
    return increments


def _count(effect: Effect, increments: Increments) -> None:
    cell = effect.home.cell
    for move in effect.moves:
        paths = _paths(cell.section, cell.size, move.counter)
        for level, area in counted_in(cell.region):
            counters = increments[Key(level, area, move.month, effect.recorded)]
            for path in paths:
                # Asked for with its default: a Counter that misses a key is several times slower.
                counters[path] = counters.get(path, 0) + move.amount


# Sections × sizes × the counters there are; the days to resolve are the most of them.
@lru_cache(maxsize=16_384)
def _paths(section: str, size: str, counter: str) -> tuple[str, ...]:
    """The paths of a counter inside a roll-up; to make them anew for every event costs more than to count."""
    return tuple(f"{group}.{counter}" for group in groups_of(Cell("", section, size)))


def own(effects: Iterable[Effect]) -> OwnIncrements:
    """Return what effects add to the counters of the enterprises themselves, in total and by site."""
    increments: OwnIncrements = defaultdict(Counter)
    for effect in effects:
        site = effect.home.site.rpartition("-")[2]
        for move in effect.moves:
            counters = increments[effect.home.enterprise, move.month, effect.recorded]
            counters[f"{TOTAL}.{move.counter}"] += move.amount
            counters[f"n.{site}.{move.counter}"] += move.amount
    return increments
