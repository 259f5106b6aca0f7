"""What the report should say of a plan, at every level, and where it says something else."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from deploy.pilot.plan import Plan, Targets
from deploy.pilot.reading import AREAS, Reading, Totals
from deploy.pilot.tally import Figures, Tally

_OPEN_BALANCE = {"reported": 1, "reopened": 1, "resolutions": -1, "dismissed": -1, "merged": -1}
_TAKES_PART = ("suggestions_submitted", "hazards_reported")


def differences(plan: Plan, reading: Reading) -> list[str]:
    """Return a sentence for every figure that is not what was planted, or does not follow from it."""
    return [*_planted(plan.targets, reading), *_followed(plan.tally, reading)]


def _planted(targets: Targets, reading: Reading) -> Iterator[str]:
    planted = {
        "enterprises_registered": targets.enterprises,
        "enterprises_reporting": targets.enterprises,
        "suggestions_submitted": targets.suggestions,
        "hazards_resolved": targets.hazards_resolved,
        "savings_claimed_fen": targets.savings_fen,
    }
    for code in AREAS:
        yield from _compare(code, planted, reading.areas[code])


def _followed(tally: Tally, reading: Reading) -> Iterator[str]:
    whole = _sum(tally.values())
    for code in AREAS:
        yield from _compare(code, whole | _open(whole), reading.areas[code])
    for uscc, totals in reading.factories.items():
        own = _sum(figures for (enterprise, _), figures in tally.items() if enterprise == uscc)
        yield from _compare(uscc, own | _open(own), totals)
    for month, totals in reading.months.items():
        number = int(month.replace("-", ""))
        inside = [figures for (_, when), figures in tally.items() if when == number]
        until = _sum(figures for (_, when), figures in tally.items() if when <= number)
        active = sum(any(figures[part] for part in _TAKES_PART) for figures in inside)
        yield from _compare(month, _sum(inside) | _open(until) | {"enterprises_reporting": active}, totals)


def _sum(parts: Iterable[Figures]) -> dict[str, int]:
    total: Figures = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


def _open(figures: Mapping[str, int]) -> dict[str, int]:
    parts = (sign * figures.get(f"hazards_{name}", 0) for name, sign in _OPEN_BALANCE.items())
    return {"hazards_open": sum(parts)}


def _compare(where: str, expected: Mapping[str, int], said: Totals) -> Iterator[str]:
    for figure, number in expected.items():
        if said.get(figure) != number:
            yield f"{where}: {figure} should be {number:,} and the report says {said.get(figure)}"
