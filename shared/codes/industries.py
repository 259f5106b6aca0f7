"""GB/T 4754-2017, the industrial classification: sections A to T and their divisions.

A code is the section's letter, alone or with the digits of a division, group or class: C, C38, C381, C3812.
"""

import re
from functools import cache

from shared.codes.lists import Entry
from shared.codes.tree import Tree

_TREE = Tree(
    "gb-4754",
    re.compile(r"[A-T]([0-9]{2,4})?"),
    (1, 3, 4, 5),
    "C, C38, C381 or C3812: a section's letter and up to four digits",
)

listed = _TREE.listed


# Of what is no code nothing is kept, and of codes there are some ten thousand.
@cache
def entry(code: str) -> Entry:
    """Return the entry of ``code``; groups and classes are unlisted, their division must be in their section.

    Raises:
        UnknownCode: no such section, no such division in it, or not of that shape.
    """
    return _TREE.entry(code)


def section(code: str) -> str:
    """Return the section of a valid ``code``, one letter; raises UnknownCode."""
    return entry(code).code[0]


def name(code: str) -> str | None:
    """Return the Chinese label of ``code``, None below the divisions; raises UnknownCode."""
    return entry(code).zh
