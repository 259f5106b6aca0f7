"""Whether two generations of different editions say the same: lanes, buckets and places on the log apart.

Both are read in one order and in blocks, so that memory stays flat and no read grows with the collection.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from shared.mongo import Document, Session
from shared.projection.blocks import blocks
from shared.projection.documents import CASES
from shared.projection.generation import Generation
from shared.projection.merging import MOST_SHOWN, pairs
from shared.projection.spec import E, Projection, S

# Where something stands, and which lane wrote it: it is another one in another edition.
_PLACE = frozenset({"_id", "lane", "parked_since"})


class Said(NamedTuple):
    """What a generation says under a key, in the order of which it is read."""

    key: tuple[Any, ...]
    fields: Document


@dataclass(slots=True)
class Likeness:
    """What a comparison has found.

    Attributes:
        compared: how many things were compared, with the lanes of each taken together.
        differing: how many of them differ.
        shown: the first of those, each as a sentence.
    """

    compared: int
    differing: int
    shown: list[str]


async def compare(
    projection: Projection[S, E], old: Generation, new: Generation, session: Session
) -> Likeness:
    """Compare all that two generations say, as of the session's point in time."""
    found = Likeness(0, 0, [])
    for name in (CASES, *(one for one in projection.collections if one not in projection.uncompared)):
        olds, news = (_said(projection, one, name, session) for one in (old, new))
        async for before, after in pairs(olds, news, _key):
            found.compared += 1
            # Nothing, where one of them says nothing under the key.
            was, became = (one.fields if one else {} for one in (before, after))
            if was != became:
                found.differing += 1
                if len(found.shown) < MOST_SHOWN:
                    either = before or after
                    assert either is not None, "one of them is there"
                    found.shown.append(f"{name} {either.key}: {_differing(was, became)}")
    return found


def _key(said: Said) -> tuple[Any, ...]:
    return said.key


def _differing(before: Document, after: Document) -> str:
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return ", ".join(f"{path} {before.get(path)!r} → {after.get(path)!r}" for path in paths[:5])


async def _said(
    projection: Projection[S, E], generation: Generation, name: str, session: Session
) -> AsyncIterator[Said]:
    """Yield what a collection says, in the order of its keys; of documents under one key, their sum."""
    by, counters = projection.buckets.get(name, ("_id",)), name in projection.counters
    order = _indexed(projection, name, by)
    async for block in blocks(generation.collection(name), order, session):
        if order != by:
            block.sort(key=itemgetter(*by))
        # What has a key in common has the first fields of it in common, and so is in one block.
        for key, rows in groupby(block, key=lambda row: tuple(row[field] for field in by)):
            whole: Document = {}
            for row in rows:
                whole = _added(whole, dict(_leaves(row, "")))
            yield Said(key, _counted(whole) if counters else whole)


def _indexed(projection: Projection[S, E], name: str, by: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first fields of the key, as many as an index has: a block is sorted by the others here.

    An index of the whole key would have to be built, within the time limit of a process that starts, on what
    is there; and what shares an area and a month is a document for each lane and month of recording at most.
    """
    ordered = [(field, 1) for field in by]
    for index in projection.collections.get(name, ()):
        if index == ordered[: len(index)]:
            return by[: len(index)]
    return by


def _leaves(document: Document, path: str) -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if not path and name in _PLACE:
            continue
        if not path and name in {"held", "holes"}:
            yield name, [one["sequence"] for one in value]
        elif isinstance(value, dict):
            yield from _leaves(value, f"{path}{name}.")
        else:
            # The order in which lists were added to is that in which two topics met.
            yield f"{path}{name}", sorted(value, key=repr) if isinstance(value, list) else value


def _added(whole: Document, more: Document) -> Document:
    """Add up the counters, which stand inside; the other fields of buckets are the same."""
    if not whole:
        return more
    counters = Counter({path: value for path, value in whole.items() if "." in path})
    counters.update({path: value for path, value in more.items() if "." in path})
    return whole | counters


def _counted(whole: Document) -> Document:
    """Leave out counters at 0, which say as much as none, and all where there is no other."""
    left = {path: value for path, value in whole.items() if not ("." in path and value == 0)}
    return left if any("." in path for path in left) else {}
