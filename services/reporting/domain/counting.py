"""From effects to what is to be added to which counter. Pure: the store writes what comes out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from services.reporting.domain.activity import Active, Known, change, counter_of, merged
from services.reporting.domain.cells import Cell, Effect
from services.reporting.domain.rollups import TOTAL, Increments, Key, Level, active_in, counted_in, groups_of

# What is to be added to the counters of an enterprise, by (enterprise, month, recorded month).
OwnIncrements = defaultdict[tuple[str, int, int], Counter[str]]


class Learnt(NamedTuple):
    """What a new active month changes, the same in each of these areas and groups."""

    areas: tuple[tuple[Level, str], ...]
    groups: tuple[str, ...]
    change: Counter[Active]


@dataclass(slots=True)
class Months:
    """The months in which an enterprise was active, by cell, each with when we first learnt of it.

    Attributes:
        cells: cell to month to recorded month.
        changed: something was learnt since it was read.
    """

    cells: dict[Cell, dict[int, int]] = field(default_factory=dict)
    changed: bool = False

    def learn(self, cell: Cell, month: int, recorded: int) -> list[Learnt]:
        """Take in that the enterprise was active; return what changes where."""
        known = self.cells.get(cell, {})
        if known.get(month, recorded + 1) <= recorded:
            return []
        before = dict(self.cells)
        self.cells[cell] = known | {month: recorded}
        self.changed = True
        if len(self.cells) == 1:
            # So it is with nearly every enterprise: what changes is then the same everywhere.
            return [Learnt(active_in(cell.region), groups_of(cell), change(known, self.cells[cell]))]
        # What changes depends on which of its cells lie in the area and the group.
        deltas: dict[tuple[Cell, ...], Counter[Active]] = {}
        learnt = []
        for at in active_in(cell.region):
            here = [c for c in self.cells if at in active_in(c.region)]
            for group in groups_of(cell):
                cells = tuple(c for c in here if group in groups_of(c))
                if cells not in deltas:
                    deltas[cells] = change(_merged(before, cells), _merged(self.cells, cells))
                learnt.append(Learnt((at,), (group,), deltas[cells]))
        return learnt


def _merged(months: dict[Cell, dict[int, int]], cells: Iterable[Cell]) -> Known:
    return merged(months[cell] for cell in cells if cell in months)


def rollups(effects: Iterable[Effect], months: Mapping[str, Months]) -> Increments:
    """Return what effects add to the roll-ups.

    ``months`` says when each enterprise was active before, of those that are so by one of them; it learns.
    """
    increments: Increments = defaultdict(Counter)

    # Found once for all events of a county and a month: to name and find it costs more than to count.
    @cache
    def of_county(region: str, month: int, recorded: int) -> list[Counter[str]]:
        return [increments[Key(level, area, month, recorded)] for level, area in counted_in(region)]

    for effect in effects:
        cell = effect.home.cell
        for move in effect.moves:
            paths = _paths(groups_of(cell), move.counter)
            for counters in of_county(cell.region, move.month, effect.recorded):
                _add(counters, paths, move.amount)
        if effect.active is not None:
            for learnt in months[effect.home.enterprise].learn(cell, effect.active, effect.recorded):
                _add_active(increments, learnt)
    return increments


def _add_active(increments: Increments, learnt: Learnt) -> None:
    for active, amount in learnt.change.items():
        paths = _paths(learnt.groups, counter_of(active.previous))
        for level, area in learnt.areas:
            _add(increments[Key(level, area, active.month, active.recorded)], paths, amount)


def _add(counters: Counter[str], paths: tuple[str, ...], amount: int) -> None:
    for path in paths:
        # Asked for with its default: a Counter that misses a key is several times slower.
        counters[path] = counters.get(path, 0) + amount


# Sections × sizes × the counters there are; the days to resolve are the most of them.
@lru_cache(maxsize=16_384)
def _paths(groups: tuple[str, ...], counter: str) -> tuple[str, ...]:
    """The paths of a counter inside a document; to make them for every event costs more than to count."""
    return tuple(f"{group}.{counter}" for group in groups)


def own(effects: Iterable[Effect]) -> OwnIncrements:
    """Return what effects add to the counters of the enterprises themselves, in total and by site."""
    increments: OwnIncrements = defaultdict(Counter)
    for effect in effects:
        groups = (TOTAL, f"n.{effect.home.site.rpartition('-')[2]}")
        for move in effect.moves:
            counters = increments[effect.home.enterprise, move.month, effect.recorded]
            _add(counters, _paths(groups, move.counter), move.amount)
    return increments
