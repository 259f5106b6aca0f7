"""Where a counter stands: by area, month and recorded month, and inside by total, section and size."""

from collections import Counter, defaultdict
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from services.reporting.domain.cells import Cell
from shared.events.rules import NATION

PROVINCE_DIGITS, PREFECTURE_DIGITS, COUNTY_DIGITS = 2, 4, 6
TOTAL = "t"
# There are 2,980, and those of former years.
COUNTIES = 8_192


class Level(StrEnum):
    """How large an area is."""

    NATION = "nation"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


def level_of(area: str) -> Level:
    """Return the level of an area by its code: CN, 33, 3305 or 330503."""
    if area == NATION:
        return Level.NATION
    digits = {
        PROVINCE_DIGITS: Level.PROVINCE,
        PREFECTURE_DIGITS: Level.PREFECTURE,
        COUNTY_DIGITS: Level.COUNTY,
    }
    return digits[len(area)]


class Key(NamedTuple):
    """Which roll-up a counter stands in: months are those that are counted, and those in which we learnt."""

    level: Level
    area: str
    month: int
    recorded: int


# What is to be added to which counter of which roll-up.
Increments = defaultdict[Key, Counter[str]]


@lru_cache(maxsize=COUNTIES)
def counted_in(region: str) -> tuple[tuple[Level, str], ...]:
    """Return the areas whose counters a case of a county adds to; a prefecture is the sum of its counties."""
    return (
        (Level.COUNTY, region),
        (Level.PROVINCE, region[:PROVINCE_DIGITS]),
        (Level.NATION, NATION),
    )


@lru_cache(maxsize=COUNTIES)
def active_in(region: str) -> tuple[tuple[Level, str], ...]:
    """Return the areas that count active enterprises: prefectures too, since distinct ones do not add up."""
    return (*counted_in(region), (Level.PREFECTURE, region[:PREFECTURE_DIGITS]))


def groups_of(cell: Cell) -> tuple[str, str, str]:
    """Return the paths of the counters that a case of a cell adds to, inside a roll-up."""
    return _groups(cell.section, cell.size)


@lru_cache(maxsize=1_024)
def _groups(section: str, size: str) -> tuple[str, str, str]:
    return (TOTAL, f"i.{section}", f"s.{size}")
