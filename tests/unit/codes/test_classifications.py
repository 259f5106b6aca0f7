"""GB/T 4754, GB/T 13861 and GB/T 6441: known codes, deeper codes, and what is refused."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes import Entry, UnknownCode, accidents, factors, industries, load


def test_all_divisions_are_there_in_their_sections() -> None:
    codes = load("gb-4754").entries
    divisions = [code for code in codes if len(code) == 3]

    assert "".join(code for code in codes if len(code) == 1) == "ABCDEFGHIJKLMNOPQRST"
    assert [code[1:] for code in divisions] == [f"{number:02}" for number in range(1, 98)]
    assert [code for code in divisions if code[0] == "C"] == [f"C{number}" for number in range(13, 44)]


def test_a_motor_maker_is_in_electrical_machinery() -> None:
    motors = industries.entry("C3812")

    assert motors == Entry("C3812", parent="C381", unlisted=True)
    assert industries.section("C3812") == "C"
    assert industries.name("C38") == "电气机械和器材制造业"
    assert industries.name("C3812") is None


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("C51", "there is no C51"),
        ("C5112", "there is no C51"),
        ("A00", "there is no A00"),
        ("T98", "there is no T98"),
        ("U01", "looks like"),
        ("C3", "looks like"),
        ("C38123", "looks like"),
        ("c38", "looks like"),
        ("3812", "looks like"),
        ("C３８", "looks like"),
        ("C38\n", "looks like"),
        ("", "looks like"),
    ],
)
def test_an_industry_outside_the_classification_is_refused(code: str, why: str) -> None:
    for ask in (industries.entry, industries.section, industries.name):
        with pytest.raises(UnknownCode, match=why):
            ask(code)


@given(st.sampled_from(sorted(load("gb-4754").entries)), st.integers(0, 99))
def test_every_group_and_class_of_a_division_is_in_its_section(code: str, number: int) -> None:
    deeper = f"{code}{number:02}" if len(code) == 3 else code

    assert industries.section(deeper) == code[0]


def test_a_factor_below_what_is_listed_is_accepted_without_a_label() -> None:
    assert factors.name("2102") == "防护缺陷"
    assert factors.entry("210203") == Entry("210203", parent="2102", unlisted=True)
    assert factors.entry("210501") == Entry("210501", parent="2105", unlisted=True)
    assert factors.entry("46").parent == "4"
    assert factors.name("4601") is None


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("13", "there is no 13"),
        ("2401", "there is no 24"),
        ("34", "there is no 34"),
        ("5", "looks like"),
        ("210", "looks like"),
        ("21020", "looks like"),
        ("2100", "looks like"),
        ("210200", "looks like"),
        ("40", "looks like"),
        ("21020301", "looks like"),
        ("２１", "looks like"),
        ("", "looks like"),
    ],
)
def test_a_factor_outside_the_standard_is_refused(code: str, why: str) -> None:
    for ask in (factors.entry, factors.name):
        with pytest.raises(UnknownCode, match=why):
            ask(code)


def test_the_accident_types_of_1986_are_01_to_20() -> None:
    assert list(accidents.listed().entries) == [f"{number:02}" for number in range(1, 21)]
    assert accidents.name("03") == "机械伤害"


@pytest.mark.parametrize("code", ["", "0", "1", "00", "21", "001", "０１", "机械伤害"])
def test_what_is_no_accident_type_is_refused(code: str) -> None:
    with pytest.raises(UnknownCode, match="gb-6441"):
        accidents.entry(code)


@pytest.mark.parametrize("ask", [industries.entry, factors.entry])
@given(text=st.text(max_size=7) | st.from_regex(r"[A-T]?[0-9]{0,6}", fullmatch=True))
def test_any_text_is_a_code_whose_parents_are_codes_or_refused(
    ask: Callable[[str], Entry], text: str
) -> None:
    try:
        found = ask(text)
    except UnknownCode:
        return
    assert found.code == text
    while found.parent is not None:
        assert found.code.startswith(found.parent)
        found = ask(found.parent)
    assert not found.unlisted
