"""Size classes of enterprises: the rule of 2011 (工信部联企业〔2011〕300号) as a table, and what it says.

Which GB/T 4754-2017 codes a row covers follows the statistical edition of the rule (国统字〔2017〕213号).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True, slots=True)
class Row:
    """One industry of the rule: the figures it reads and their minima (people, CNY), highest class first."""

    reads: tuple[Figure, ...]
    minima: tuple[tuple[Size, tuple[int, ...]], ...]

    def size(self, figures: Mapping[Figure, float]) -> Size:
        """Return the highest class of which every minimum is met.

        The rule ends at what is below *either* figure of its ceiling, so large means that both are met.
        """
        for size, least in self.minima:
            if all(figures[figure] >= minimum for figure, minimum in zip(self.reads, least, strict=True)):
                return size
        return "micro"


@cache
def _rows() -> dict[str, Row]:
    return {code: _row(row) for code, row in document("miit-sizes")["rows"].items()}


def _row(stored: Mapping[str, Any]) -> Row:
    reads: tuple[Figure, ...] = tuple(stored["reads"])
    units = [1 if figure == "employees" else _MONEY for figure in reads]
    sizes: tuple[Size, ...] = ("large", "medium", "small")
    minima = tuple((s, tuple(n * u for n, u in zip(stored[s], units, strict=True))) for s in sizes)
    return Row(reads, minima)


@cache
def _covering(industry: str) -> frozenset[str | None]:
    """Return the rows that may apply to ``industry``: several where its code stops above a border.

    None stands for an industry that the rule leaves out: railways (G53), and finance (J), which has its
    own rule (银发〔2015〕309号). Every other section that the rule does not name is in its last row.
    """
    covers: dict[str, str | None] = document("miit-sizes")["covers"]
    found: frozenset[str | None] = frozenset()
    for length in range(len(industry), 0, -1):
        found = found or frozenset(row for code, row in covers.items() if code.startswith(industry[:length]))
    return found


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
    figures: dict[Figure, int | None] = {"employees": employees, "revenue": revenue_cny, "assets": assets_cny}
    _check({"employees": employees, "revenue_cny": revenue_cny, "assets_cny": assets_cny})
    rows = [_rows()[row] if row else None for row in _covering(industries.entry(industry).code)]
    if None in rows:
        return SizeClass("unknown", ())
    covering = [row for row in rows if row]
    ends = [{name: end if n is None else n for name, n in figures.items()} for end in (0, _BOUNDLESS)]
    sizes = {row.size(given) for row in covering for given in ends}
    if len(sizes) > 1:
        return SizeClass("unknown", ())
    return SizeClass(sizes.pop(), tuple(_read(covering, figures)))


def _check(figures: Mapping[str, int | None]) -> None:
    for field, figure in figures.items():
        if figure is not None and figure < 0:
            raise WrongFigure(field)


def _read(rows: Iterable[Row], figures: Mapping[Figure, int | None]) -> Iterable[Figure]:
    read = {figure for row in rows for figure in row.reads}
    return (figure for figure, given in figures.items() if figure in read and given is not None)
