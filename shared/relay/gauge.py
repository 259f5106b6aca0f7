"""What has not reached Kafka yet: how much, and for how long; true also while nothing can be sent."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.mongo import Collection, Database, Document
from shared.stream.documents import LONGEST_COMMAND, SLOTS

log = structlog.get_logger()

_GAUGE_SECONDS = 1.0
# Every case waits after a topic was set back to unpublished. To count them each second would keep the store
# from its work: counting takes a tenth of the time, and goes as far as it gets within seconds.
_SHARE = 0.1
_MOST_COUNTED = 500_000
# So often everything is looked at, whatever is taken for granted: a clock may have gone back, or a hand may
# have put something there.
_WHOLE_SECONDS = 300.0
#: What comes later than this after its time is refused by the store; the rest is for clocks that differ.
LATEST = LONGEST_COMMAND + timedelta(seconds=2)
# With the slot, since only so does the index serve, and no look reads what is published already.
UNPUBLISHED: Document = {"slot": {"$gte": 0}, "unpublished_since": {"$exists": True}}


async def watch(database: Database, service: str, kinds: tuple[str, ...]) -> None:
    """Keep the service's metrics of unpublished events true until cancelled."""
    streams = [Oldest(database[kind]) for kind in kinds]
    count_at, floor = monotonic(), None
    _shown(service, count_at)
    while True:
        began, looked = monotonic(), datetime.now(UTC)
        try:
            await _age(streams, service, floor)
            if began >= count_at:
                await _count(streams, service)
                count_at = began + (monotonic() - began) / _SHARE
            floor = looked - LATEST
        except PyMongoError as error:
            # What was known last ages, and is seen to.
            log.warning("unpublished-unknown", service=service, error=type(error).__name__)
        await asyncio.sleep(_GAUGE_SECONDS)


@dataclass(slots=True)
class Oldest:
    """Follows since when the longest waiting case of a stream has waited.

    Attributes:
        collection: of the stream.
        bound: since before then nothing waited when it was looked at last; None: that is not known.
    """

    collection: Collection
    bound: datetime | None = None
    _found: datetime | None = None
    _whole_at: float = 0.0

    async def look(self, floor: datetime | None) -> datetime | None:
        """Return since when; None where nothing waits.

        Of what has begun to wait since the last look, nothing may wait since before ``floor``: so most of
        what was marked is not walked over (see ``front``). None: nothing is known of that.
        """
        if floor is None or monotonic() >= self._whole_at:
            floor, self._whole_at = None, monotonic() + _WHOLE_SECONDS
        elif self._found is not None:
            floor = min(floor, self._found)
        self._found = await waits_longest(self.collection, floor=floor)
        self.bound = self._found or floor
        return self._found


async def waits_longest(collection: Collection, *, floor: datetime | None = None) -> datetime | None:
    """Return since when the longest waiting case of all slots has waited, of those that wait since ``floor``.

    None where nothing waits.
    """
    # Each slot is named, so that the index gives them in order of time, and one entry of each is read.
    found = collection.find(since(range(SLOTS), floor), {"unpublished_since": 1})
    first = await found.sort("unpublished_since", 1).limit(1).to_list(None)
    return next((row["unpublished_since"] for row in first), None)


def since(slots: Iterable[int], floor: datetime | None) -> Document:
    """Return the condition on what waits in these slots, since ``floor`` where that is given."""
    from_then: Document = {} if floor is None else {"$gte": floor}
    return {"slot": {"$in": list(slots)}, "unpublished_since": {"$exists": True} | from_then}


async def _age(streams: list[Oldest], service: str, floor: datetime | None) -> None:
    looked, at = datetime.now(UTC), monotonic()
    known = [oldest for stream in streams if (oldest := await stream.look(floor))]
    age = (looked - min(known)).total_seconds() if known else 0.0
    _shown(service, at - max(age, 0.0))


async def waiting(collection: Collection, *, floor: datetime | None = None) -> int:
    """Count the events that Kafka has not acknowledged, of the first 500,000 cases; since ``floor``."""
    # While another edition is filled, a case may wait with all that the first has of it.
    published: Document = {"$max": ["$published", "$had"]}
    each: Document = {"_id": None, "waiting": {"$sum": {"$subtract": ["$version", published]}}}
    some = since(range(SLOTS), floor)
    counted: list[Document] = [{"$match": some}, {"$limit": _MOST_COUNTED}, {"$group": each}]
    return sum([row["waiting"] async for row in collection.aggregate(counted)])


async def _count(streams: list[Oldest], service: str) -> None:
    counted = sum([await waiting(stream.collection, floor=stream.bound) for stream in streams])
    metrics.unpublished_events.labels(service).set(counted)


def _shown(service: str, since: float) -> None:
    """Show for how long something may have waited, also while the store cannot be asked."""
    gauge = metrics.unpublished_oldest_seconds.labels(service)
    gauge.set_function(lambda: monotonic() - since)
