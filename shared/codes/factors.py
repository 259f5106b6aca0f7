"""GB/T 13861-2022, hazardous and harmful factors in production: the categories of hazards.

Codes have 1, 2, 4 or 6 digits, one level each: 2 things, 21 physical, 2102 guarding. A pair
``99`` is "other". The labels are our own short ones.
"""

import re

from shared.codes.lists import Entry
from shared.codes.tree import Tree

_TREE = Tree(
    "gb-13861",
    re.compile(r"[1-4]([1-9]((?!00)[0-9]{2}((?!00)[0-9]{2})?)?)?"),
    (1, 2, 4, 6),
    "2, 21, 2102 or 210203: one, two, four or six digits",
)

listed = _TREE.listed


def entry(code: str) -> Entry:
    """Return the entry of ``code``; below the second level most are unlisted.

    The second level of class 4 (management) is not closed: our sources differ on 45 and 46.

    Raises:
        UnknownCode: no such class or group, or not of that shape.
    """
    return _TREE.entry(code)


def name(code: str) -> str | None:
    """Return our Chinese label of ``code``, None where it is unlisted; raises UnknownCode."""
    return entry(code).zh
