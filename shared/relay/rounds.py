"""One look of a relay at what waits: a bounded share of it, read, and marked once Kafka has it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from shared.events.wire import Record
from shared.mongo import Collection, Document
from shared.relay.gauge import UNPUBLISHED
from shared.stream.documents import MOST_EVENTS, Entry

# Enough for full batches, little enough to be repeated cheaply after a crash.
_DOCUMENTS = 2_000
# A topic that is published anew brings whole cases, of up to 500 events: behind so many records nothing more
# is read, and what is read at a time fits into memory whatever it holds.
_RECORDS = 20_000
_TOGETHER = 100

# What a document must still be for a mark to hold: a version, and how often it was set back to unpublished.
Read = tuple[int, int | None]


@dataclass(slots=True)
class Round:
    """What one look found.

    Attributes:
        records: in order per case.
        types: how many there are of each.
        cases: by what they were when they were read.
        full: there may be more at once.
    """

    records: list[Record] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    cases: defaultdict[Read, list[str]] = field(default_factory=lambda: defaultdict(list))
    full: bool = False


async def read(topic: str, collection: Collection, slots: list[int]) -> Round:
    """Read the longest waiting of the slots, each with the events that Kafka has not acknowledged."""
    found = Round()
    if not slots:
        return found
    count, cursor = 0, collection.aggregate(waiting(slots))
    try:
        while documents := await cursor.to_list(_TOGETHER):
            count += len(documents)
            for document in documents:
                for entry in document["events"]:
                    found.records.append(Entry.record(entry, topic, document["_id"]))
                    found.types[entry["type"]] += 1
                found.cases[document["version"], document.get("epoch")].append(document["_id"])
            if len(found.records) >= _RECORDS:
                found.full = True
                return found
    finally:
        await cursor.close()
    found.full = count == _DOCUMENTS
    return found


def waiting(slots: list[int]) -> list[Document]:
    """Return how the longest waiting are found, in the order of an index, without the rest being read."""
    rest = {"$slice": ["$events", "$published", MOST_EVENTS]}
    return [
        {"$match": {**UNPUBLISHED, "slot": {"$in": slots}}},
        {"$sort": {"unpublished_since": 1}},
        {"$limit": _DOCUMENTS},
        {"$project": {"version": 1, "epoch": 1, "events": rest}},
    ]


async def mark(collection: Collection, read_as: Read, cases: list[str]) -> None:
    """Mark as published up to the version read; what has moved on meanwhile stays to be published.

    A case that was set back since it was read is left alone: it must be sent from its beginning.
    """
    version, epoch = read_as
    done = await collection.update_many(
        # An epoch of None is that of a document which has none.
        {"_id": {"$in": cases}, "version": version, "epoch": epoch},
        {"$set": {"published": version}, "$unset": {"unpublished_since": ""}},
    )
    if done.matched_count < len(cases):
        await collection.update_many(
            {"_id": {"$in": cases}, "version": {"$gt": version}, "epoch": epoch},
            {"$max": {"published": version}},
        )
