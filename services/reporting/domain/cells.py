"""Where a case is counted, and what an event adds to which counter."""

from typing import NamedTuple

from shared.events.base import Site


class Cell(NamedTuple):
    """The cell of a case: county, industry section and size class."""

    region: str
    section: str
    size: str


def cell_of(region: str, industry: str, size: str) -> Cell:
    """Return the cell of a place; the section is the letter that a GB/T 4754 code begins with."""
    return Cell(region, industry[:1], size)


class Home(NamedTuple):
    """Where a case belongs for life."""

    cell: Cell
    enterprise: str
    site: str


def home_of(site: Site) -> Home:
    """Return where the case whose first event names ``site`` belongs."""
    return Home(cell_of(site.region, site.industry, site.size), site.enterprise, site.id)


class Move(NamedTuple):
    """What is added to one counter of a month (``YYYYMM``)."""

    counter: str
    month: int
    amount: int = 1


class Effect(NamedTuple):
    """What one event does to the figures.

    Attributes:
        home: where its case is counted.
        recorded: the month in which we learnt of it.
        moves: what it adds.
        active: the month in which its enterprise took part by it, if it did.
    """

    home: Home
    recorded: int
    moves: tuple[Move, ...]
    active: int | None = None
