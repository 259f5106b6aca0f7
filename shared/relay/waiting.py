"""What waits to be published: how it is found, counted, and followed without walking over what was marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

from shared.mongo import Collection, Document
from shared.stream.documents import LONGEST_COMMAND, SLOTS

# With the slot, since only so does the index serve, and no look reads what is published already.
UNPUBLISHED: Document = {"slot": {"$gte": 0}, "unpublished_since": {"$exists": True}}
#: What comes later than this after its time is refused by the store. The rest is for the clocks of a replica
#: set's members, which may differ, and for the store's way from reading its clock to making a write visible.
LATEST = LONGEST_COMMAND + timedelta(seconds=2)
#: So often everything is looked at, whatever is taken for granted: a clock may have gone back, or a hand may
#: have put something there.
WHOLE_SECONDS = 300.0
_MOST_COUNTED = 500_000


class SetBack(NamedTuple):
    """How often documents of a service were set back to unpublished, and whether some are at the moment."""

    epoch: int = 0
    going_on: bool = False


def waits(slots: Iterable[int], floor: datetime | None = None) -> Document:
    """Return the condition on what waits in these slots, since ``floor`` or later where that is given."""
    from_then: Document = {} if floor is None else {"$gte": floor}
    return {"slot": {"$in": list(slots)}, "unpublished_since": {"$exists": True} | from_then}


async def waits_longest(collection: Collection, *, floor: datetime | None = None) -> datetime | None:
    """Return since when the longest waiting case of all slots has waited, of those that wait since ``floor``.

    None where nothing waits.
    """
    # Each slot is named, so that the index gives them in order of time, and one entry of each is read.
    found = collection.find(waits(range(SLOTS), floor), {"unpublished_since": 1})
    first = await found.sort("unpublished_since", 1).limit(1).to_list(None)
    return next((row["unpublished_since"] for row in first), None)


async def count(collection: Collection, *, floor: datetime | None = None) -> int:
    """Count the events that Kafka has not acknowledged, of the first 500,000 cases; since ``floor``."""
    # While another edition is filled, a case may wait with all that the first has of it.
    published: Document = {"$max": ["$published", "$had"]}
    each: Document = {"_id": None, "waiting": {"$sum": {"$subtract": ["$version", published]}}}
    some: list[Document] = [{"$match": waits(range(SLOTS), floor)}, {"$limit": _MOST_COUNTED}]
    return sum([row["waiting"] async for row in collection.aggregate([*some, {"$group": each}])])


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
            floor, self._whole_at = None, monotonic() + WHOLE_SECONDS
        elif self._found is not None:
            floor = min(floor, self._found)
        self._found = await waits_longest(self.collection, floor=floor)
        self.bound = self._found or floor
        return self._found
