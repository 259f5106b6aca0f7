"""Two generations compared, field by field: both are read in the order of their ids, so memory stays flat."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from shared.mongo import Collection, Document, Session
from shared.projection.blocks import blocks
from shared.projection.documents import CASES
from shared.projection.generation import Generation
from shared.projection.merging import MOST_SHOWN, pairs
from shared.projection.positions import POSITIONS
from shared.projection.spec import E, Projection, S
from shared.projection.storage import collections

# So often that a bar is seen to move.
_TOLD = 1_000
# How often a lane was held for decisions, and what earlier builds did not keep; not what was counted.
_OWN: dict[str, frozenset[str]] = {POSITIONS: frozenset({"decided", "stamp"})}
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two generations have differently; None where one of them has nothing."""

    collection: str
    id: str
    field: str
    old: Any
    new: Any


@dataclass(slots=True)
class Comparison:
    """What a comparison has found.

    Attributes:
        documents: how many were compared.
        differing: how many of them differ.
        fields: how many fields differ in all.
        first: the first of those, in the order of collections and ids.
    """

    documents: int = 0
    differing: int = 0
    fields: int = 0
    first: list[Difference] = field(default_factory=list)

    def add(self, found: list[Difference]) -> None:
        """Take in what differs in one document."""
        self.differing += bool(found)
        self.fields += len(found)
        self.first += found[: MOST_SHOWN - len(self.first)]


@dataclass(frozen=True, slots=True)
class Pair:
    """The generation that is read, and the one that is to be read instead.

    Attributes:
        at: the point in time at which the old one is read.
        new_at: the same for the new one; None: as it is, since it stands still.
        same_log: both were read from one log; otherwise no offset and no position is compared.
    """

    old: Generation
    new: Generation
    at: Session
    new_at: Session | None = None
    same_log: bool = True


async def compare(
    pair: Pair, projection: Projection[S, E], *, told: Callable[[int], None] = lambda _: None
) -> Comparison:
    """Compare every collection of two generations; ``told`` hears how many documents were compared."""
    comparison = Comparison()
    for name in collections(projection):
        if name in projection.uncompared or (name == POSITIONS and not pair.same_log):
            continue
        olds = _documents(pair.old.collection(name), pair.at)
        news = _documents(pair.new.collection(name), pair.new_at)
        async for old, new in pairs(olds, news, itemgetter("_id")):
            comparison.documents += 1
            if old is None or new is None or old.raw != new.raw:
                rules = Rules(name, counters=name in projection.counters, same_log=pair.same_log)
                comparison.add(list(rules.differences(_read(old), _read(new))))
            if comparison.documents % _TOLD == 0:
                told(comparison.documents)
    told(comparison.documents)
    return comparison


async def _documents(collection: Collection, session: Session | None) -> AsyncIterator[RawBSONDocument]:
    """Yield the documents in the order of their ids, as bytes: nearly all of them are equal as such."""
    raw = collection.with_options(codec_options=CodecOptions(document_class=RawBSONDocument, tz_aware=True))
    async for block in blocks(raw, ("_id",), session):
        for document in block:
            yield document


def _read(document: RawBSONDocument | None) -> Document | None:
    if document is None:
        return None
    plain: Document = _plain(document)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, RawBSONDocument):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as a difference in one collection.

    Attributes:
        collection: its name.
        counters: a counter at 0 says as much as none, and a document of such counters as much as none.
        same_log: offsets and times of the log are the same on both sides.
    """

    collection: str
    counters: bool
    same_log: bool

    def differences(self, old: Document | None, new: Document | None) -> Iterator[Difference]:
        """Yield what differs between two documents of one id."""
        either = old or new or {}
        before, after = self._said(old), self._said(new)
        if not before or not after:
            if before or after:
                yield Difference(self.collection, either["_id"], "", before or None, after or None)
            return
        for path in sorted(before.keys() | after.keys()):
            was, became = before.get(path, _ABSENT), after.get(path, _ABSENT)
            if was is _ABSENT or became is _ABSENT or was != became:
                yield Difference(self.collection, either["_id"], path, before.get(path), after.get(path))

    def _said(self, document: Document | None) -> Document:
        """What a document says, by the paths of its fields; empty where it says nothing."""
        if document is None:
            return {}
        if self.collection == CASES and not self.same_log:
            document = _without_places(document)
        fields = {
            path: value
            for path, value in _fields(document, "")
            if path not in _OWN.get(self.collection, frozenset())
            and not (self.counters and "." in path and value == 0)
        }
        return {} if self.counters and not any("." in path for path in fields) else fields


def _without_places(case: Document) -> Document:
    """A case without what it says of places on the log."""
    places = {
        "held": [kept["sequence"] for kept in case.get("held", ())],
        "holes": [[hole["sequence"], hole["reason"]] for hole in case.get("holes", ())],
    }
    return {name: value for name, value in case.items() if name != "parked_since"} | places


def _fields(document: Document, path: str) -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value
