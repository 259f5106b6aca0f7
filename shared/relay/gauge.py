"""What has not reached Kafka yet: how much, and for how long; true also while nothing can be sent."""

import asyncio
from datetime import UTC, datetime

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.mongo import Database, Document

log = structlog.get_logger()

_GAUGE_SECONDS = 1.0
# With the slot, since only so does the index serve, and no look reads what is published already.
UNPUBLISHED: Document = {"slot": {"$gte": 0}, "unpublished_since": {"$exists": True}}


async def watch(database: Database, service: str, kinds: tuple[str, ...]) -> None:
    """Keep the service's metrics of unpublished events true until cancelled."""
    while True:
        try:
            await _gauge(database, service, kinds)
        except PyMongoError as error:
            log.warning("unpublished-unknown", service=service, error=type(error).__name__)
        await asyncio.sleep(_GAUGE_SECONDS)


async def _gauge(database: Database, service: str, kinds: tuple[str, ...]) -> None:
    waiting, oldest = 0, None
    for kind in kinds:
        total: Document = {
            "_id": None,
            "waiting": {"$sum": {"$subtract": ["$version", "$published"]}},
            "oldest": {"$min": "$unpublished_since"},
        }
        async for row in database[kind].aggregate([{"$match": UNPUBLISHED}, {"$group": total}]):
            waiting += row["waiting"]
            oldest = min(oldest or row["oldest"], row["oldest"])
    age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
    metrics.unpublished_events.labels(service).set(waiting)
    metrics.unpublished_oldest_seconds.labels(service).set(max(age, 0.0))
