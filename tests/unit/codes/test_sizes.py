"""The size rule of 2011: every row at its edges, missing figures, and codes that stop above a border."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes import UnknownCode
from shared.codes.sizes import SizeClass, WrongFigure, size_class

CLASSES = ["micro", "small", "medium", "large"]
INF = 10**12  # CNY, above every ceiling


class Row(NamedTuple):
    """A row of the rule as it is printed: people, then revenue and assets in 10^4 CNY; None is not read."""

    industries: tuple[str, ...]
    large: tuple[int | None, int | None, int | None]
    medium: tuple[int | None, int | None, int | None]
    small: tuple[int | None, int | None, int | None]


RULE = [
    Row(("A", "A0111", "A05"), (None, 20000, None), (None, 500, None), (None, 50, None)),
    Row(("B06", "C", "C3812", "D44"), (1000, 40000, None), (300, 2000, None), (20, 300, None)),
    Row(("E", "E4710"), (None, 80000, 80000), (None, 6000, 5000), (None, 300, 300)),
    Row(("F51", "F5111"), (200, 40000, None), (20, 5000, None), (5, 1000, None)),
    Row(("F52",), (300, 20000, None), (50, 500, None), (10, 100, None)),
    Row(("G54", "G58", "G591", "G5910"), (1000, 30000, None), (300, 3000, None), (20, 200, None)),
    Row(("G592", "G5942", "G599"), (200, 30000, None), (100, 1000, None), (20, 100, None)),
    Row(("G60",), (1000, 30000, None), (300, 2000, None), (20, 100, None)),
    Row(("H61", "H62", "H"), (300, 10000, None), (100, 2000, None), (10, 100, None)),
    Row(("I63", "I64"), (2000, 100000, None), (100, 1000, None), (10, 100, None)),
    Row(("I65",), (300, 10000, None), (100, 1000, None), (10, 50, None)),
    Row(("K701", "K7010"), (None, 200000, 10000), (None, 1000, 5000), (None, 100, 2000)),
    Row(("K702",), (1000, 5000, None), (300, 1000, None), (100, 500, None)),
    Row(("L", "L7211"), (300, None, 120000), (100, None, 8000), (10, None, 100)),
    Row(("M", "N78", "O", "Q85", "R", "K703", "P83"), (300, None, None), (100, None, None), (10, None, None)),
]
EDGES = [
    (code, name, bounds)
    for row in RULE
    for code in row.industries
    for name, bounds in zip(("large", "medium", "small"), row[1:], strict=True)
]
figure = st.none() | st.integers(0, 2 * 10**9)
people = st.none() | st.integers(0, 3000)
industry = st.sampled_from([code for row in RULE for code in row.industries] + ["F", "G59", "K", "K70", "I"])


def _at(bounds: tuple[int | None, int | None, int | None]) -> list[int | None]:
    people, revenue, assets = bounds
    return [people, revenue and revenue * 10_000, assets and assets * 10_000]


@pytest.mark.parametrize(("code", "name", "bounds"), EDGES)
def test_a_class_begins_at_its_minima_and_one_less_of_any_is_the_class_below(
    code: str, name: str, bounds: tuple[int | None, int | None, int | None]
) -> None:
    edge = _at(bounds)
    read = tuple(
        figure for figure, n in zip(("employees", "revenue", "assets"), edge, strict=True) if n is not None
    )

    assert size_class(code, *edge) == SizeClass(name, read)  # type: ignore[arg-type]  # the name of a class
    for at, minimum in enumerate(edge):
        if minimum is not None:
            less = [*edge[:at], minimum - 1, *edge[at + 1 :]]
            assert size_class(code, *less).size == CLASSES[CLASSES.index(name) - 1]


def test_a_motor_maker_of_240_people_is_small() -> None:
    assert size_class("C3812", 240, 120_000_000, None) == ("small", ("employees", "revenue"))


def test_a_figure_that_the_rule_needs_and_has_not_makes_the_size_unknown() -> None:
    assert size_class("C3812", 240, None, None) == ("unknown", ())
    assert size_class("C3812", None, 120_000_000, None) == ("unknown", ())
    assert size_class("E47", 50, 100_000_000, None) == ("unknown", ())
    assert size_class("M73", None, INF, INF) == ("unknown", ())


def test_a_missing_figure_that_cannot_matter_leaves_the_size_known() -> None:
    assert size_class("C3812", 19, None, None) == ("micro", ("employees",))
    assert size_class("C3812", None, 2_999_999, None) == ("micro", ("revenue",))
    assert size_class("L72", 9, INF, None) == ("micro", ("employees",))
    assert size_class("A01", None, 5_000_000, None) == ("medium", ("revenue",))


def test_figures_that_the_rule_does_not_read_are_not_in_the_basis() -> None:
    assert size_class("M73", 100, 1, 1) == ("medium", ("employees",))


@pytest.mark.parametrize("code", ["G53", "G5310", "J", "J66", "G"])
def test_what_the_rule_leaves_out_has_no_size(code: str) -> None:
    assert size_class(code, 5000, INF, INF) == ("unknown", ())


def test_a_code_above_a_border_has_a_size_where_both_sides_agree() -> None:
    assert size_class("F", 4, None, None) == ("micro", ("employees",))
    assert size_class("F", 5, 10_000_000, None) == ("unknown", ())
    assert size_class("G59", 25, 1_500_000, None) == ("unknown", ())
    assert size_class("G597", 1000, INF, None) == ("large", ("employees", "revenue"))


@pytest.mark.parametrize("code", ["", "C51", "manufacturing", "c38"])
def test_an_unknown_industry_is_refused(code: str) -> None:
    with pytest.raises(UnknownCode, match="gb-4754"):
        size_class(code, 10, 10, 10)


@pytest.mark.parametrize("field", ["employees", "revenue_cny", "assets_cny"])
def test_a_negative_figure_is_refused_by_name(field: str) -> None:
    figures: dict[str, int | None] = {"employees": 10, "revenue_cny": 10, "assets_cny": None, field: -1}

    with pytest.raises(WrongFigure, match=field) as refusal:
        size_class("C38", **figures)

    assert refusal.value.field == field


@given(
    industry,
    people,
    figure,
    figure,
    st.integers(0, 3000),
    st.integers(0, 2 * 10**9),
    st.integers(0, 2 * 10**9),
)
def test_a_size_once_known_stays_when_what_was_missing_is_learnt(  # noqa: PLR0913, PLR0917 - the rule's figures twice
    code: str, x: int | None, y: int | None, z: int | None, more_x: int, more_y: int, more_z: int
) -> None:
    before = size_class(code, x, y, z)
    after = size_class(
        code, more_x if x is None else x, more_y if y is None else y, more_z if z is None else z
    )

    assert before.size in {"unknown", after.size}
    assert set(before.basis) <= set(after.basis) or after.size == "unknown"


@given(industry, *[st.integers(0, 2 * 10**9)] * 3, *[st.integers(0, 10**9)] * 3)
def test_an_enterprise_that_grows_is_never_in_a_smaller_class(  # noqa: PLR0913, PLR0917 - the rule's figures twice
    code: str, x: int, y: int, z: int, dx: int, dy: int, dz: int
) -> None:
    before, after = size_class(code, x, y, z).size, size_class(code, x + dx, y + dy, z + dz).size

    if "unknown" not in {before, after}:
        assert CLASSES.index(before) <= CLASSES.index(after)
