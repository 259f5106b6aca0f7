"""LEC against all its 252 rows, counted in whole numbers by another way."""

from collections import Counter
from decimal import Decimal
from itertools import product

import pytest

from shared.codes import lec
from shared.codes.lec import Risk, UnknownValue

LIKELIHOOD = ("10", "6", "3", "1", "0.5", "0.2", "0.1")
EXPOSURE = ("10", "6", "3", "2", "1", "0.5")
CONSEQUENCE = ("100", "40", "15", "7", "3", "1")
ROWS = list(product(LIKELIHOOD, EXPOSURE, CONSEQUENCE))


def _twentieths(row: tuple[str, str, str]) -> int:
    likelihood, exposure, consequence = row
    tenths, halves = round(float(likelihood) * 10), round(float(exposure) * 2)
    return tenths * halves * int(consequence)


def _class(twentieths: int) -> str:
    for risk_class, least in (("I", 320), ("II", 160), ("III", 70), ("IV", 20)):
        if twentieths >= least * 20:
            return risk_class
    return "V"


def test_every_row_has_its_exact_score_and_its_class() -> None:
    for row in ROWS:
        risk = lec.assess(*row)

        assert Decimal(risk.score) * 20 == _twentieths(row)
        assert risk.risk_class == _class(_twentieths(row))
        assert risk.method == "LEC"


def test_the_classes_are_as_frequent_as_the_published_table_makes_them() -> None:
    counts = Counter(lec.assess(*row).risk_class for row in ROWS)

    assert counts == {"V": 111, "IV": 50, "III": 30, "II": 21, "I": 40}


def test_the_lower_edge_belongs_to_the_class_and_the_upper_edges_never_occur() -> None:
    classes = {lec.assess(*row).score: lec.assess(*row).risk_class for row in ROWS}
    scores = Counter(lec.assess(*row).score for row in ROWS)

    assert (scores["20"], classes["20"]) == (5, "IV")
    assert (scores["70"], classes["70"]) == (2, "III")
    assert not {"160", "320"} & scores.keys()


@pytest.mark.parametrize(
    ("values", "score"),
    [
        (("3", "6", "7"), "126"),
        (("10", "10", "100"), "10000"),
        (("0.1", "0.5", "1"), "0.05"),
        (("0.1", "6", "3"), "1.8"),
        (("0.5", "2", "40"), "40"),
    ],
)
def test_a_score_is_a_plain_decimal_without_trailing_zeros(values: tuple[str, str, str], score: str) -> None:
    assert lec.assess(*values).score == score


def test_a_risk_compares_by_value() -> None:
    assert lec.assess("3", "6", "7") == Risk("LEC", "126", "III")


@pytest.mark.parametrize("wrong", ["", "4", "3.0", "03", "1e1", "-3", " 3", "３", "NaN", "three"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_value_outside_the_tables_is_refused_with_its_field(wrong: str, at: int) -> None:
    values = ["1", "1", "1"]
    values[at] = wrong

    with pytest.raises(UnknownValue) as refusal:
        lec.assess(*values)

    assert refusal.value.field == ("likelihood", "exposure", "consequence")[at]
    assert refusal.value.field in str(refusal.value)


def test_the_tables_are_the_published_ones() -> None:
    assert tuple(entry.code for entry in lec.values("likelihood")) == LIKELIHOOD
    assert tuple(entry.code for entry in lec.values("exposure")) == EXPOSURE
    assert tuple(entry.code for entry in lec.values("consequence")) == CONSEQUENCE
