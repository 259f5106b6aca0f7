"""Before when everything is in a read model: what other services said of what is published, and is kept."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from aiokafka import TopicPartition

from shared.events.topology import SERVICES
from shared.mongo import Database, Document, Session, ensure_collection
from shared.projection.generation import Vector

#: The next offset of every partition, also where who asks knows nothing of Kafka.
Positions = Vector | dict[tuple[str, int], int]

WATERMARKS = "watermarks"
_NEWEST = [("epoch", -1), ("before", -1)]
# A word comes each second: so many cover what a projection may be behind and still keep its promise.
_LAST_WORDS = 8


async def prepare(database: Database) -> None:
    """Make the collection; a report reads it in a snapshot."""
    collection = await ensure_collection(database, WATERMARKS)
    await collection.create_index([("service", 1), *_NEWEST])


def sources(topics: Iterable[str]) -> tuple[str, ...]:
    """Return the services that publish any of these topics."""
    followed = set(topics)
    return tuple(name for name, bus in SERVICES.items() if followed & set(bus.publishes))


async def as_of(
    database: Database, session: Session, services: Iterable[str], positions: Positions
) -> datetime | None:
    """Return before when everything is in a read model at ``positions``; None where a service never said."""
    names = list(services)
    words = await _last_words(database, session, names)
    found = [reached(words[name], positions) for name in names]
    for number, name in enumerate(names):
        # It has come no further than to an older one.
        if found[number] is None and len(words[name]) == _LAST_WORDS:
            found[number] = reached(await every_word(database, session, name), positions)
    known = [before for before in found if before is not None]
    return min(known) if known and len(known) == len(found) else None


async def _last_words(
    database: Database, session: Session, services: list[str]
) -> defaultdict[str, list[Document]]:
    """The newest words of each service, in one turn at the server; a report nearly always rests on them."""
    found: defaultdict[str, list[Document]] = defaultdict(list)
    if services:
        first, *rest = (
            [{"$match": {"service": name}}, {"$sort": dict(_NEWEST)}, {"$limit": _LAST_WORDS}]
            for name in services
        )
        others = [{"$unionWith": {"coll": WATERMARKS, "pipeline": each}} for each in rest]
        async for row in database[WATERMARKS].aggregate([*first, *others], session=session):
            found[row["service"]].append(row)
    return found


async def every_word(database: Database, session: Session | None, service: str) -> list[Document]:
    """Return everything that is kept of a service's words, the newest first."""
    rows = database[WATERMARKS].find({"service": service}, session=session).sort(_NEWEST)
    found: list[Document] = await rows.to_list(None)
    return found


async def latest(database: Database) -> dict[str, datetime]:
    """Return by service before when all is published, as far as any word that is kept says."""
    by_service = [{"$group": {"_id": "$service", "before": {"$max": "$before"}}}]
    rows = await database[WATERMARKS].aggregate(by_service).to_list(None)
    return {row["_id"]: row["before"] for row in rows}


def reached(words: list[Document], positions: Positions) -> datetime | None:
    """Return the newest of the words, newest first, that a read model at ``positions`` has come up to."""
    for row in words:
        # An instance that lags may have kept a word of an older epoch after another had voided it.
        if row.get("epoch", 0) < words[0].get("epoch", 0):
            return None
        ends = (
            (TopicPartition(part["topic"], n), end)
            for part in row["topics"]
            for n, end in enumerate(part["ends"])
        )
        if all(positions.get(at, 0) >= end for at, end in ends):
            before: datetime = row["before"]
            return before
    return None
