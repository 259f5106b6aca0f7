"""Size classes of enterprises: the rule of 2011 (工信部联企业〔2011〕300号) as a table, and what it says.

Which GB/T 4754-2017 codes a row covers follows the statistical edition of the rule (国统字〔2017〕213号).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from shared.codes import industries
from shared.codes.lists import document

Size = Literal["micro", "small", "medium", "large", "unknown"]
Figure = Literal["employees", "revenue", "assets"]

_MONEY = 10_000  # the rule counts money in 10^4 CNY, we in CNY
_BOUNDLESS = float("inf")  # a missing figure lies between 0 and this


class SizeClass(NamedTuple):
    """A size and the figures it rests on, empty where it is unknown."""

    size: Size
    basis: tuple[Figure, ...]


class WrongFigure(ValueError):  # noqa: N818 - named as the refusal it is
    """A figure of an enterprise cannot be; ``field`` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is a whole number and not below 0")
        self.field = field


# People, CNY of revenue, CNY of assets: in the order of the figures' names.
_FIGURES: tuple[Figure, ...] = ("employees", "revenue", "assets")
_Figures = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One industry of the rule: the figures it reads and their minima (people, CNY), highest class first.

    A minimum stands beside the place of its figure in ``_FIGURES``.
    """

    reads: tuple[Figure, ...]
    minima: tuple[tuple[Size, tuple[tuple[int, int], ...]], ...]

    def size(self, figures: _Figures) -> Size:
        """Return the highest class of which every minimum is met.

        The rule ends at what is below *either* figure of its ceiling, so large means that both are met.
        """
        for size, minima in self.minima:
            for at, minimum in minima:
                if figures[at] < minimum:
                    break
            else:
                return size
        return "micro"


@cache
def _rows() -> dict[str, Row]:
    return {code: _row(row) for code, row in document("miit-sizes")["rows"].items()}


def _row(stored: Mapping[str, Any]) -> Row:
    reads: tuple[Figure, ...] = tuple(stored["reads"])
    places = [(_FIGURES.index(figure), 1 if figure == "employees" else _MONEY) for figure in reads]
    sizes: tuple[Size, ...] = ("large", "medium", "small")
    minima = tuple(
        (size, tuple((at, n * unit) for n, (at, unit) in zip(stored[size], places, strict=True)))
        for size in sizes
    )
    return Row(reads, minima)


@cache
def _covering(industry: str) -> tuple[Row, ...] | None:
    """Return the rows that may apply to ``industry``: several where its code stops above a border.

    None for an industry that the rule leaves out, wholly or in part: railways (G53), and finance (J), which
    has its own rule (银发〔2015〕309号). Every other section that the rule does not name is in its last row.

    Raises:
        UnknownCode: no such industry.
    """
    industry = industries.entry(industry).code
    covers: dict[str, str | None] = document("miit-sizes")["covers"]
    found: frozenset[str | None] = frozenset()
    for length in range(len(industry), 0, -1):
        found = found or frozenset(row for code, row in covers.items() if code.startswith(industry[:length]))
    return None if None in found else tuple(_rows()[row] for row in sorted(filter(None, found)))


# Asked for by the rule and again by what the fact leaves of the state; more is not worth keeping.
@lru_cache(maxsize=256)
def size_class(
    industry: str, employees: int | None, revenue_cny: int | None, assets_cny: int | None
) -> SizeClass:
    """Return the size class of an enterprise and the figures it rests on.

    A figure that is missing makes the size unknown only where it matters. The classes rise with every
    figure, so the size is known when it comes out the same with nothing and with a boundless amount
    in the place of what is missing: a factory of 12 people is micro whatever its revenue. In the same
    way an industry code too short to tell two rows apart (F, wholesale or retail) gives a size where
    both rows agree.

    Args:
        industry: GB/T 4754-2017, as deep as known.
        employees: people employed.
        revenue_cny: a year's operating revenue, in whole CNY.
        assets_cny: total assets, in whole CNY.

    Raises:
        UnknownCode: no such industry.
        WrongFigure: a figure is negative.
    """
    figures = (employees, revenue_cny, assets_cny)
    _check(figures)
    rows = _covering(industry)
    if rows is None:
        return SizeClass("unknown", ())
    ends = {_filled(figures, 0.0), _filled(figures, _BOUNDLESS)}
    sizes = {row.size(given) for row in rows for given in ends}
    if len(sizes) > 1:
        return SizeClass("unknown", ())
    basis = [
        name
        for name, given in zip(_FIGURES, figures, strict=True)
        if given is not None and any(name in row.reads for row in rows)
    ]
    return SizeClass(sizes.pop(), tuple(basis))


def _filled(figures: tuple[int | None, ...], missing: float) -> _Figures:
    employees, revenue, assets = (missing if figure is None else figure for figure in figures)
    return employees, revenue, assets


def _check(figures: tuple[int | None, ...]) -> None:
    for field, figure in zip(("employees", "revenue_cny", "assets_cny"), figures, strict=True):
        if figure is not None and figure < 0:
            raise WrongFigure(field)
