"""LEC: danger = likelihood x exposure x consequence, in exact decimal arithmetic, with its five classes.

The method is that of Kinney and Wiruth (1976) with the values and classes in common use in China.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from shared.codes.lists import Entry, UnknownCode, document

Field = Literal["likelihood", "exposure", "consequence"]

METHOD = "LEC"


@dataclass(frozen=True, slots=True)
class Risk:
    """An assessed risk: the exact score, a decimal without trailing zeros, and the class I (worst) to V."""

    method: str
    score: str
    risk_class: str


class UnknownValue(UnknownCode):
    """A value is not in the table of its factor.

    Attributes:
        field: the factor, as the command names it.
    """

    def __init__(self, field: Field, value: str, allowed: Iterable[str]) -> None:
        super().__init__("lec", value, f"{field} is one of {', '.join(allowed)}")
        self.field = field


def values(field: Field) -> tuple[Entry, ...]:
    """Return the values of a factor, highest first; ``assess`` takes their codes: "0.5", never "0.50"."""
    return tuple(Entry(*row) for row in document("lec")["values"][field])


@cache
def _allowed(field: Field) -> dict[str, Decimal]:
    return {entry.code: Decimal(entry.code) for entry in values(field)}


@cache
def _classes() -> list[tuple[Decimal, str]]:
    """Return the least score of every class, worst class first.

    The lower edge belongs to the class: 20 is IV, 70 is III. The products 160 and 320 never occur.
    """
    return [(Decimal(least), risk_class) for risk_class, least in document("lec")["least"].items()]


def assess(likelihood: str, exposure: str, consequence: str) -> Risk:
    """Return the risk of three values of the tables.

    Raises:
        UnknownValue: a value is not in its table; it names the field.
    """
    score = Decimal(1)
    given: dict[Field, str] = {"likelihood": likelihood, "exposure": exposure, "consequence": consequence}
    for field, value in given.items():
        if value not in _allowed(field):
            raise UnknownValue(field, value, _allowed(field))
        score *= _allowed(field)[value]
    risk_class = next(name for least, name in _classes() if score >= least)
    return Risk(METHOD, f"{score.normalize():f}", risk_class)
