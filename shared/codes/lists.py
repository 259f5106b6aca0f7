"""Code lists as they are stored: read once from the package, frozen, each with its version and source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

#: Every list of the package; the file of a list is ``data/<list>.json``.
LISTS = (
    "controls",
    "gb-13861",
    "gb-4754",
    "gb-6441",
    "lec",
    "lec-colours",
    "miit-sizes",
    "region-changes",
    "regions",
)

_SHOWN = 40  # characters of a refused code that a message repeats; what people type can be any text


class UnknownCode(ValueError):  # noqa: N818 - named as the refusal it is
    """A code is not in its list; the sentence says which and why.

    Attributes:
        list: id of the list.
        code: what was given.
    """

    def __init__(self, list_id: str, code: str, reason: str = "the list does not carry it") -> None:
        super().__init__(f"{code[:_SHOWN]!r} is refused by list {list_id}: {reason}")
        self.list = list_id
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """One code, its labels and the code above it.

    An ``unlisted`` entry is a well-formed code below a known one that our copy of the list does not
    carry: it is accepted and has no label.
    """

    code: str
    zh: str | None = None
    en: str | None = None
    parent: str | None = None
    unlisted: bool = False


@dataclass(frozen=True, slots=True)
class CodeList:
    """One version of a list. ``complete`` is False where codes are missing that the source has.

    ``valid_from`` and ``valid_to`` are the first and the last day on which the source is in force;
    ``valid_from`` is None for what no authority put in force, ``valid_to`` while nothing replaces it.
    """

    list: str
    version: str
    valid_from: date | None
    valid_to: date | None
    source: str
    complete: bool
    entries: Mapping[str, Entry]

    def entry(self, code: str) -> Entry:
        """Return the entry of a listed code.

        Raises:
            UnknownCode: the list does not carry it.
        """
        try:
            return self.entries[code]
        except KeyError:
            raise UnknownCode(self.list, code) from None


@cache
def document(list_id: str) -> Mapping[str, Any]:
    """Return the stored document of a list: its header, its entries and what only its own module reads."""
    text = (files(__package__) / "data" / f"{list_id}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


@cache
def load(list_id: str) -> CodeList:
    """Return a list of ``LISTS``; its file is read at the first call."""
    stored = document(list_id)
    return CodeList(
        list=stored["list"],
        version=stored["version"],
        valid_from=day(stored["valid_from"]),
        valid_to=day(stored["valid_to"]),
        source=stored["source"],
        complete=stored["complete"],
        entries=MappingProxyType({row[0]: Entry(*row) for row in stored["entries"]}),
    )


def day(text: str | None) -> date | None:
    """Return the day that a file of the package writes as ``YYYY-MM-DD``, or None for an open end."""
    return None if text is None else date.fromisoformat(text)


def lists() -> dict[str, str]:
    """Return the version in use of every list, for the provenance of a figure."""
    return {list_id: load(list_id).version for list_id in LISTS}
