"""One look of a relay at what waits: a bounded share of it, read, and marked once Kafka has it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from shared.events.wire import Record
from shared.mongo import Collection, Document
from shared.relay.waiting import waits
from shared.stream.documents import MOST_EVENTS, Entry

# Enough for full batches, little enough to be repeated cheaply after a crash.
_DOCUMENTS = 2_000
# A topic that is published anew brings whole cases, of up to 500 events: behind so many records nothing more
# is read, and what is read at a time fits into memory whatever it holds.
_RECORDS = 20_000
_TOGETHER = 100
_SHOWN: Document = dict.fromkeys(("version", "published", "epoch", "had", "in", "unpublished_since"), 1)


class Read(NamedTuple):
    """What a document must still be for a mark to hold, and what else the mark says.

    Attributes:
        version: up to which it was read.
        epoch: how often it was set back to unpublished; None where it never was.
        joins: the newest edition, where that has the case from its first event on.
    """

    version: int
    epoch: int | None = None
    joins: int | None = None


@dataclass(slots=True)
class Round:
    """What one look found; records are in order per case.

    Attributes:
        records: for editions that have all that was published before.
        filling: for the one that is being filled: of cases that it has from their first event on, or has now.
        types: how many there are of each.
        cases: by what they were when they were read.
        full: there may be more at once.
        oldest: since when the first of them waits.
        newest: since when the last of them waits.
    """

    records: list[Record] = field(default_factory=list)
    filling: list[Record] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    cases: defaultdict[Read, list[str]] = field(default_factory=lambda: defaultdict(list))
    full: bool = False
    oldest: datetime | None = None
    newest: datetime | None = None


async def read(  # noqa: PLR0913 - what is looked for, and where it is to go
    topic: str,
    collection: Collection,
    slots: list[int],
    *,
    since: datetime | None = None,
    newest: int = 1,
    filled: bool = True,
) -> Round:
    """Read the longest waiting of the slots, each with the events that Kafka has not acknowledged.

    What waits since before ``since`` is left alone. ``newest`` is the number of the newest edition, which
    is ``filled`` or not yet.
    """
    found = Round()
    if not slots:
        return found
    count, cursor = 0, collection.aggregate(waiting(slots, since))
    try:
        while documents := await cursor.to_list(_TOGETHER):
            count += len(documents)
            for document in documents:
                _add(found, topic, document, newest, filled=filled)
            found.oldest = found.oldest or documents[0]["unpublished_since"]
            found.newest = documents[-1]["unpublished_since"]
            if len(found.records) + len(found.filling) >= _RECORDS:
                found.full = True
                return found
    finally:
        await cursor.close()
    found.full = count == _DOCUMENTS
    return found


def _add(found: Round, topic: str, document: Document, newest: int, *, filled: bool) -> None:
    had = document.get("had", 0)
    # In an edition that is being filled a case begins with its first event: a later one would only be held.
    whole = filled or document["published"] == 0 or document.get("in") == newest
    # Also once it is filled: another relay may not have heard of that, and must see that this case is whole.
    joins = newest if whole and newest > 1 else None
    for entry in document["events"]:
        record = Entry.record(entry, topic, document["_id"])
        if whole and not filled:
            found.filling.append(record)
        if entry["sequence"] > had:
            found.records.append(record)
            found.types[entry["type"]] += 1
    found.cases[Read(document["version"], document.get("epoch"), joins)].append(document["_id"])


async def anything(collection: Collection, slots: list[int], since: datetime | None) -> bool:
    """Whether a look would find something; where nothing waits, it costs far less than the look."""
    return await collection.find_one(waits(slots, since), {"_id": 1}) is not None


def waiting(slots: list[int], since: datetime | None = None) -> list[Document]:
    """Return how the longest waiting are found, in the order of an index, without the rest being read."""
    rest = {"$slice": ["$events", "$published", MOST_EVENTS]}
    return [
        {"$match": waits(slots, since)},
        {"$sort": {"unpublished_since": 1}},
        {"$limit": _DOCUMENTS},
        {"$project": _SHOWN | {"events": rest}},
    ]


async def mark(collection: Collection, read_as: Read, cases: list[str]) -> bool:
    """Mark as published up to the version read; what has moved on meanwhile stays to be published.

    A case that was set back since it was read is left alone: it must be sent from its beginning.

    Returns:
        Whether all of them are as they were read.
    """
    version, epoch, joins = read_as
    joined = {} if joins is None else {"in": joins}
    done = await collection.update_many(
        # An epoch of None is that of a document which has none.
        {"_id": {"$in": cases}, "version": version, "epoch": epoch},
        {"$set": {"published": version} | joined, "$unset": {"unpublished_since": "", "had": ""}},
    )
    every: bool = done.matched_count == len(cases)
    if not every:
        await collection.update_many(
            {"_id": {"$in": cases}, "version": {"$gt": version}, "epoch": epoch},
            {"$max": {"published": version}} | ({"$set": joined} if joined else {}),
        )
    return every
