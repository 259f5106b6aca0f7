"""Leases on slots, so that several relays share the work; order and exactness do not depend on them.

A relay that outlives its lease sends events again at worst, and consumers drop what they have.
"""

import math
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from pymongo import UpdateOne

from shared.mongo import Collection, Document
from shared.stream.documents import SLOTS

# A relay that died is replaced after this; three renewals fit, so that one may fail.
TERM_SECONDS = 6
RENEW_SECONDS = TERM_SECONDS / 3
_UNTIL: Document = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": TERM_SECONDS}}
# $$NOW is the server's clock; in a plain filter it would be a string that never matches.
_LAPSED: Document = {"$expr": {"$lt": ["$until", "$$NOW"]}}
_PRESENT: Document = {"kind": "relay", "$expr": {"$gte": ["$until", "$$NOW"]}}


@dataclass(slots=True)
class _Sighting:
    """When a lease was last seen to move, by our own clock."""

    beat: int
    at: float


@dataclass(slots=True)
class Leases:
    """The slots that this process may send from.

    Attributes:
        collection: where the leases of one stream are kept.
        instance: stable name of this process; what it held before it died it takes back at once.
    """

    collection: Collection
    instance: str
    owner: str = field(init=False)
    _held: frozenset[int] = frozenset()
    _valid_until: float = 0.0
    _seen: dict[int, _Sighting] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.owner = f"{self.instance}/{secrets.token_hex(4)}"

    def held(self) -> list[int]:
        """Return the slots held right now; none once the term has passed unrenewed."""
        return sorted(self._held) if time.monotonic() < self._valid_until else []

    async def prepare(self) -> None:
        """Create the leases that are missing, and take back what this instance held before."""
        await self.collection.bulk_write(
            [
                UpdateOne(
                    {"_id": slot},
                    [
                        {
                            "$set": {
                                "kind": "slot",
                                "beat": {"$ifNull": ["$beat", 0]},
                                "until": {"$ifNull": ["$until", "$$NOW"]},
                                "owner": {"$ifNull": ["$owner", ""]},
                            }
                        }
                    ],
                    upsert=True,
                )
                for slot in range(SLOTS)
            ],
            ordered=False,
        )
        mine = {"kind": "slot", "instance": self.instance}
        await self.collection.update_many(mine, [{"$set": self._taken()}])

    async def renew(self) -> None:
        """Prolong what is held, then take or give back until every relay has its share."""
        before = time.monotonic()
        await self.collection.update_one(
            {"_id": self.owner}, [{"$set": {"kind": "relay", "until": _UNTIL}}], upsert=True
        )
        await self.collection.update_many(
            {"kind": "slot", "owner": self.owner},
            [{"$set": {"until": _UNTIL, "beat": {"$add": ["$beat", 1]}}}],
        )
        await self._balance()
        held = await self.collection.find({"kind": "slot", "owner": self.owner}, {"_id": 1}).to_list(None)
        self._held = frozenset(lease["_id"] for lease in held)
        self._valid_until = before + TERM_SECONDS

    async def release(self) -> None:
        """Give everything back, so that others need not wait for the term."""
        self._held = frozenset()
        await self.collection.update_many(
            {"kind": "slot", "owner": self.owner}, [{"$set": {"owner": "", "instance": "", "until": "$$NOW"}}]
        )
        await self.collection.delete_one({"_id": self.owner})

    async def _balance(self) -> None:
        relays = await self.collection.count_documents(_PRESENT)
        share = math.ceil(SLOTS / max(relays, 1))
        leases = await self.collection.find({"kind": "slot"}).to_list(None)
        mine = [lease for lease in leases if lease["owner"] == self.owner]
        if len(mine) > share:
            surplus = [lease["_id"] for lease in mine[share:]]
            await self.collection.update_many(
                {"_id": {"$in": surplus}, "owner": self.owner},
                [{"$set": {"owner": "", "instance": "", "until": "$$NOW"}}],
            )
            return
        for lease in await self._free(leases):
            if len(mine) >= share:
                return
            await self.collection.update_one(
                {"_id": lease["_id"], "owner": lease["owner"], "beat": lease["beat"]},
                [{"$set": self._taken()}],
            )
            mine.append(lease)

    async def _free(self, leases: list[Document]) -> list[Document]:
        """The leases of others that have lapsed by the server's clock, or stand still by ours."""
        lapsed = await self.collection.find({"kind": "slot", **_LAPSED}, {"_id": 1}).to_list(None)
        over = {lease["_id"] for lease in lapsed}
        now = time.monotonic()
        free = []
        for lease in leases:
            sighting = self._seen.get(lease["_id"])
            if sighting is None or sighting.beat != lease["beat"]:
                sighting = self._seen[lease["_id"]] = _Sighting(lease["beat"], now)
            # A server clock that was set back would keep a dead relay's leases; its beat tells.
            still = now - sighting.at > 2 * TERM_SECONDS
            if lease["owner"] != self.owner and (lease["_id"] in over or still):
                free.append(lease)
        return free

    def _taken(self) -> dict[str, Any]:
        return {
            "owner": self.owner,
            "instance": self.instance,
            "until": _UNTIL,
            "beat": {"$add": ["$beat", 1]},
        }
