"""The hierarchy of controls: five ranks, 1 the strongest (ISO 45001:2018 8.1.2; ILO-OSH 2001 3.10.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from shared.codes.lists import UnknownCode, document, load


@dataclass(frozen=True, slots=True)
class Control:
    """One rank of the hierarchy, with the clauses that it stands for."""

    code: str
    rank: int
    zh: str
    en: str
    iso_45001: str
    ilo_osh: str


@cache
def _ranks() -> dict[str, Control]:
    clauses = document("controls")["clauses"]
    return {
        entry.code: Control(entry.code, rank, str(entry.zh), str(entry.en), *clauses[entry.code])
        for rank, entry in enumerate(load("controls").entries.values(), start=1)
    }


def hierarchy() -> tuple[Control, ...]:
    """Return the five ranks, strongest first."""
    return tuple(_ranks().values())


def control(code: str) -> Control:
    """Return the control of ``code``.

    Raises:
        UnknownCode: not one of the five.
    """
    try:
        return _ranks()[code]
    except KeyError:
        raise UnknownCode("controls", code, f"it is one of {', '.join(_ranks())}") from None


def rank(code: str) -> int:
    """Return the rank of ``code``, 1 (elimination) to 5 (protective equipment); raises UnknownCode."""
    return control(code).rank


def strongest(codes: Iterable[str]) -> Control:
    """Return the control of the lowest rank: a hazard's rank is that of its strongest control.

    Raises:
        UnknownCode: one of them is not a control.
        ValueError: there is none.
    """
    chosen = [control(code) for code in codes]
    if not chosen:
        raise ValueError("the strongest of no controls was asked for")
    return min(chosen, key=lambda each: each.rank)
