"""Whether two generations of different editions say the same: lanes, buckets and places on the log apart.

Both are read in one order, so that memory stays flat.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.mongo import Collection, Document, Session
from shared.projection.documents import CASES
from shared.projection.generation import Generation
from shared.projection.spec import E, Projection, S

# As many as an operator can look at; the rest are counted.
MOST_SHOWN = 20
_BLOCK = 1_000
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
        by, counters = projection.buckets.get(name, ("_id",)), name in projection.counters
        olds, news = (_said(one.collection(name), by, session, counters=counters) for one in (old, new))
        async for before, after in _pairs(olds, news):
            found.compared += 1
            if before.fields != after.fields:
                found.differing += 1
                if len(found.shown) < MOST_SHOWN:
                    found.shown.append(f"{name} {before.key}: {_differing(before.fields, after.fields)}")
    return found


def _differing(before: Document, after: Document) -> str:
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return ", ".join(f"{path} {before.get(path)!r} → {after.get(path)!r}" for path in paths[:5])


async def _pairs(olds: AsyncIterator[Said], news: AsyncIterator[Said]) -> AsyncIterator[tuple[Said, Said]]:
    """Yield what is said under one key together; nothing, where one of them says nothing under it."""
    old, new = await anext(olds, None), await anext(news, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old.key < new.key):
            assert old is not None, "one of them is left"
            yield old, Said(old.key, {})
            old = await anext(olds, None)
        elif old is None or new.key < old.key:
            yield Said(new.key, {}), new
            new = await anext(news, None)
        else:
            yield old, new
            old, new = await anext(olds, None), await anext(news, None)


async def _said(
    collection: Collection, by: tuple[str, ...], session: Session, *, counters: bool
) -> AsyncIterator[Said]:
    """Yield what a collection says, in the order of its keys; of documents under one key, their sum."""
    every = collection.find({}, session=session, batch_size=_BLOCK)
    found = every.sort([(name, 1) for name in by]).allow_disk_use(True)
    key: tuple[Any, ...] | None = None
    whole: Document = {}
    while rows := await found.to_list(_BLOCK):
        for row in rows:
            this = tuple(row[name] for name in by)
            if key is not None and this != key:
                yield Said(key, _counted(whole) if counters else whole)
                whole = {}
            key = this
            whole = _added(whole, dict(_leaves(row, "")))
    if key is not None:
        yield Said(key, _counted(whole) if counters else whole)


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
