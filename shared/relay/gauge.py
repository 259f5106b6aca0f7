"""What has not reached Kafka yet: how much, and for how long; true also while nothing can be sent."""

import asyncio
from datetime import UTC, datetime
from time import monotonic

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.mongo import Collection, Database, Document
from shared.stream.documents import SLOTS

log = structlog.get_logger()

_GAUGE_SECONDS = 1.0
# Every case waits after a topic was set back to unpublished. To count them each second would keep the store
# from its work: counting takes a tenth of the time, and goes as far as it gets within seconds.
_SHARE = 0.1
_MOST_COUNTED = 500_000
# With the slot, since only so does the index serve, and no look reads what is published already.
UNPUBLISHED: Document = {"slot": {"$gte": 0}, "unpublished_since": {"$exists": True}}


async def watch(database: Database, service: str, kinds: tuple[str, ...]) -> None:
    """Keep the service's metrics of unpublished events true until cancelled."""
    count_at = monotonic()
    _shown(service, count_at)
    while True:
        began = monotonic()
        try:
            await _age(database, service, kinds)
            if began >= count_at:
                await _count(database, service, kinds)
                count_at = began + (monotonic() - began) / _SHARE
        except PyMongoError as error:
            # What was known last ages, and is seen to.
            log.warning("unpublished-unknown", service=service, error=type(error).__name__)
        await asyncio.sleep(_GAUGE_SECONDS)


async def waits_longest(collection: Collection) -> datetime | None:
    """Return since when the longest waiting case of all slots has waited; None where nothing waits."""
    # Each slot is named, so that the index gives them in order of time, and one entry of each is read.
    waiting = UNPUBLISHED | {"slot": {"$in": list(range(SLOTS))}}
    first = collection.find(waiting, {"unpublished_since": 1}).sort("unpublished_since", 1).limit(1)
    return next((row["unpublished_since"] for row in await first.to_list(None)), None)


async def _age(database: Database, service: str, kinds: tuple[str, ...]) -> None:
    looked, at = datetime.now(UTC), monotonic()
    known = [since for kind in kinds if (since := await waits_longest(database[kind]))]
    age = (looked - min(known)).total_seconds() if known else 0.0
    _shown(service, at - max(age, 0.0))


async def waiting(collection: Collection) -> int:
    """Count the events that Kafka has not acknowledged, of the first 500,000 cases that wait."""
    # While another edition is filled, a case may wait with all that the first has of it.
    published: Document = {"$max": ["$published", "$had"]}
    each: Document = {"_id": None, "waiting": {"$sum": {"$subtract": ["$version", published]}}}
    counted: list[Document] = [{"$match": UNPUBLISHED}, {"$limit": _MOST_COUNTED}, {"$group": each}]
    return sum([row["waiting"] async for row in collection.aggregate(counted)])


async def _count(database: Database, service: str, kinds: tuple[str, ...]) -> None:
    counted = sum([await waiting(database[kind]) for kind in kinds])
    metrics.unpublished_events.labels(service).set(counted)


def _shown(service: str, since: float) -> None:
    """Show for how long something may have waited, also while the store cannot be asked."""
    gauge = metrics.unpublished_oldest_seconds.labels(service)
    gauge.set_function(lambda: monotonic() - since)
