"""Administrative regions: nation CN, provinces (33), prefectures (3305), counties (330503), on their dates.

The list is the statistical one of 2023-06-30; list ``region-changes`` keeps codes of before that readable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Literal

from shared.codes.lists import Entry, UnknownCode, day, document, load

Level = Literal["nation", "province", "prefecture", "county"]

NATION = "CN"
_LEVELS: dict[int, Level] = {2: "province", 4: "prefecture", 6: "county"}
_COUNTY = re.compile(r"[0-9]{4}(?!00)[0-9]{2}")  # 330500 is how other lists write the prefecture 3305


class UnknownRegion(UnknownCode):
    """There is no such region, or not on that day.

    Attributes:
        instead: the codes that had its area before it began or have it since it ended, where known.
    """

    def __init__(self, code: str, reason: str, instead: tuple[str, ...] = ()) -> None:
        super().__init__("regions", code, reason)
        self.instead = instead


@dataclass(frozen=True, slots=True)
class Region:
    """A region. An ``unlisted`` county has no label.

    ``valid_from`` and ``valid_to`` are its first and last day where a change is recorded, else None.
    """

    code: str
    zh: str | None
    en: str | None
    level: Level
    parent: str | None
    valid_from: date | None = None
    valid_to: date | None = None
    predecessors: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()
    unlisted: bool = False

    def valid_on(self, when: date) -> bool:
        """Tell whether the code is in force on that day."""
        begun = self.valid_from is None or self.valid_from <= when
        return begun and (self.valid_to is None or when <= self.valid_to)


def of(code: str) -> Region:
    """Return the region of a code of any time: retired codes stay readable.

    A well-formed county that the list lacks, under a prefecture that it has, is accepted as unlisted.

    Raises:
        UnknownRegion: no code of a region.
    """
    listed = _regions().get(code)
    if listed is not None:
        return listed
    if _COUNTY.fullmatch(code) and code[:4] in _regions():
        return Region(code, None, None, "county", code[:4], unlisted=True)
    raise UnknownRegion(code, "a region is CN, a province (33), a prefecture (3305) or a county (330503)")


def at(code: str, when: date) -> Region:
    """Return the region of a code that is in force on a day (Asia/Shanghai).

    Raises:
        UnknownRegion: no region, or one that had ended or not begun; the sentence says what to see instead.
    """
    region = of(code)
    if region.valid_from and when < region.valid_from:
        reason = f"it begins on {region.valid_from}, before that see {', '.join(region.predecessors)}"
        raise UnknownRegion(code, reason, region.predecessors)
    if region.valid_to and when > region.valid_to:
        reason = f"it ended on {region.valid_to}, since then see {', '.join(region.successors)}"
        raise UnknownRegion(code, reason, region.successors)
    return region


def parents(code: str) -> tuple[str, ...]:
    """Return the codes above ``code``, nearest first: 330503 is in 3305, 33 and CN. Raises UnknownRegion."""
    if of(code).code == NATION:
        return ()
    return (*(code[:length] for length in (4, 2) if length < len(code)), NATION)


def level(code: str) -> Level:
    """Return nation, province, prefecture or county; raises UnknownRegion."""
    return of(code).level


def name(code: str) -> str | None:
    """Return the Chinese name, None for an unlisted county; raises UnknownRegion."""
    return of(code).zh


def children(code: str, when: date | None = None) -> tuple[Region, ...]:
    """Return the listed regions directly below ``code`` in the order of their codes, retired ones too.

    With ``when``, only those in force on that day. Unlisted counties cannot be here: whoever sums what
    was counted in a prefecture matches by prefix. Raises UnknownRegion.
    """
    below = _below().get(of(code).code, ())
    return tuple(region for region in below if when is None or region.valid_on(when))


@cache
def _regions() -> dict[str, Region]:
    entries = {**load("regions").entries, **load("region-changes").entries}
    found = {code: _region(entry) for code, entry in sorted(entries.items())}
    for code, change in document("region-changes")["changes"].items():
        found[code] = _changed(found[code], change)
    return found


def _region(entry: Entry) -> Region:
    level: Level = "nation" if entry.code == NATION else _LEVELS[len(entry.code)]
    return Region(entry.code, entry.zh, entry.en, level, entry.parent)


def _changed(region: Region, change: Mapping[str, Any]) -> Region:
    return replace(
        region,
        valid_from=day(change.get("valid_from")),
        valid_to=day(change.get("valid_to")),
        predecessors=tuple(change.get("predecessors", ())),
        successors=tuple(change.get("successors", ())),
    )


@cache
def _below() -> dict[str, tuple[Region, ...]]:
    below: dict[str, list[Region]] = {}
    for region in _regions().values():
        if region.parent is not None:
            below.setdefault(region.parent, []).append(region)
    return {code: tuple(found) for code, found in below.items()}
