"""The code that identifies an enterprise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

from services.enterprises.uscc import check_character, checked

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", ["91110000600037341L", "91330503MA2B0ABC1B", "92330503MA28NANX1T"])
def test_a_code_is_returned_as_it_is(code: str) -> None:
    assert checked(code) == code


@pytest.mark.parametrize("start", ["N2", "A1", "Y1", "1A", "GX"])
def test_a_code_may_begin_with_letters(start: str) -> None:
    code = f"{start}330503MF0ABCDE1"

    assert checked(code + calc_check_digit(code))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91330503MA2B0ABC1",
        "91330503MA2B0ABC1B1",
        "91330503ma2b0abc1b",
        " 91330503MA2B0ABC1B",
        "91330503MA2B0ABC1B\n",
        "9133050XMA2B0ABC1B",
        "91330503MA2B0ABCIB",
        "９1330503MA2B0ABC1B",
    ],
)
def test_what_has_another_form_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="18 digits"):
        checked(code)


@given(st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes(at: int, character: str) -> None:
    code = "91330503MA2B0ABC1B"
    wrong = code[:at] + character + code[at + 1 :]

    if wrong != code:
        with pytest.raises(ValueError, match=r"18 digits|mistyped"):
            checked(wrong)


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_the_check_character_is_the_one_that_others_calculate(start: str) -> None:
    assert check_character(start) == calc_check_digit(start)
