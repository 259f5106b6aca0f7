"""How the hazards of each factory end, so that together they are exactly what was planted."""

from collections.abc import Mapping, Sequence
from random import Random

from deploy.pilot.hazards import Fate
from deploy.pilot.shares import shares

Fates = Mapping[Fate, int]

# Those that do not end resolved, and those that took two attempts; the source is silent about them.
_OTHERS: Fates = {"open": 45, "reopened": 12, "dismissed": 38, "merged": 15}
_RETURNED = 55


def fates(resolved: int, scale: float, weights: Sequence[float]) -> list[Fates]:
    """Return how many hazards of each factory end how.

    Args:
        resolved: how many do, of all factories.
        scale: of the pilot, for the others.
        weights: of the factories.
    """
    returned = round(_RETURNED * scale)
    totals: dict[Fate, int] = {fate: max(1, round(number * scale)) for fate, number in _OTHERS.items()}
    totals |= {"returned": returned, "resolved": resolved - returned}
    parts = {fate: shares(total, weights) for fate, total in totals.items()}
    return [{fate: parts[fate][n] for fate in parts} for n in range(len(weights))]


def in_order(chance: Random, numbers: Fates) -> list[Fate]:
    """Return the fates in the order of the reports.

    What comes back needs time to, a merger something to be merged into, and most of what is open is new.
    """
    plain, new = numbers["resolved"], numbers["open"] * 2 // 3
    first = _many(numbers, "returned", "reopened") + _of("resolved", plain // 2)
    second = _many(numbers, "dismissed", "merged") + _of("resolved", plain - plain // 2)
    second += _of("open", numbers["open"] - new)
    chance.shuffle(first)
    chance.shuffle(second)
    return first + second + _of("open", new)


def _many(numbers: Fates, *fates: Fate) -> list[Fate]:
    return [fate for fate in fates for _ in range(numbers[fate])]


def _of(fate: Fate, number: int) -> list[Fate]:
    return [fate] * number
