"""The hierarchy of controls: its order, and the strongest of several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes import UnknownCode, controls

ORDER = ["elimination", "substitution", "engineering", "administrative", "ppe"]


def test_elimination_is_the_strongest_and_protective_equipment_the_weakest() -> None:
    assert [control.code for control in controls.hierarchy()] == ORDER
    assert [controls.rank(code) for code in ORDER] == [1, 2, 3, 4, 5]


def test_a_control_names_its_clauses() -> None:
    engineering = controls.control("engineering")

    assert (engineering.iso_45001, engineering.ilo_osh) == ("8.1.2 c)", "3.10.1 (b)")
    assert engineering.zh == "工程控制和工作重组"


@given(st.lists(st.sampled_from(ORDER), min_size=1))
def test_the_strongest_control_has_the_lowest_rank(codes: list[str]) -> None:
    strongest = controls.strongest(codes)

    assert strongest.code in codes
    assert strongest.rank == min(controls.rank(code) for code in codes)


@pytest.mark.parametrize("code", ["", "PPE", "3", "training"])
def test_what_is_no_control_is_refused_with_those_that_are(code: str) -> None:
    with pytest.raises(UnknownCode, match="elimination, substitution"):
        controls.rank(code)
    with pytest.raises(UnknownCode):
        controls.strongest(["ppe", code])


def test_there_is_no_strongest_of_none() -> None:
    with pytest.raises(ValueError, match="no controls"):
        controls.strongest([])
