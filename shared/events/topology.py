"""Which service publishes and follows which topics: the contract documents are made from it.

A service says the same of itself in its package, which nothing here may import: a test compares the two.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bus:
    """The topics of one service, without the namespace of an installation."""

    publishes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


SERVICES: dict[str, Bus] = {
    "enterprises": Bus(publishes=("enterprises",)),
    "suggestions": Bus(publishes=("suggestions", "savings"), follows=("enterprises", "hazards")),
    "hazards": Bus(publishes=("hazards",), follows=("enterprises",)),
    "reporting": Bus(follows=("enterprises", "suggestions", "savings", "hazards")),
}
