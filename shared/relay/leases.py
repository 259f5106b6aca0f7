"""Leases on slots, so that several relays share the work; order and exactness do not depend on them.

A relay that outlives its lease sends events again at worst, and consumers drop what they have.
"""

import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pymongo import UpdateOne

from shared.mongo import Collection, Document
from shared.stream.documents import SLOTS

# A relay that died is replaced after this; three renewals fit, so that one may fail.
TERM_SECONDS = 6
RENEW_SECONDS = TERM_SECONDS / 3
_UNTIL: Document = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": TERM_SECONDS}}
_NEXT_BEAT: Document = {"$add": [{"$ifNull": ["$beat", 0]}, 1]}
# $$NOW is the server's clock; in a plain filter it would be a string that never matches.
_LAPSED: Document = {"$expr": {"$lt": ["$until", "$$NOW"]}}
_GIVEN_BACK: Document = {"$set": {"owner": "", "instance": "", "until": "$$NOW"}}


@dataclass(slots=True)
class _Sighting:
    """When a lease or a relay was last seen to move, by our own clock."""

    beat: int
    at: float


@dataclass(slots=True)
class Leases:
    """The slots that this process may send from.

    Attributes:
        collection: where the leases of one stream are kept.
        instance: stable name of this process; what it held before it died it takes back at once.
        clock: seconds that never run backwards.
        said: what else others should know of this relay.
    """

    collection: Collection
    instance: str
    clock: Callable[[], float] = time.monotonic
    said: Callable[[], Document] = dict
    owner: str = field(init=False)
    _held: frozenset[int] = frozenset()
    _valid_until: float = 0.0
    _seen: dict[Any, _Sighting] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.owner = f"{self.instance}/{secrets.token_hex(4)}"

    def held(self) -> list[int]:
        """Return the slots held right now; none once the term has passed unrenewed."""
        return sorted(self._held) if self.clock() < self._valid_until else []

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
        # A former self that still counted would have a share kept for it that nobody works.
        await self.collection.delete_many({"kind": "relay", "$or": [{"instance": self.instance}, _LAPSED]})

    async def renew(self) -> None:
        """Prolong what is held, then take or give back until every relay has its share."""
        before = self.clock()
        present = {"kind": "relay", "instance": self.instance, "until": _UNTIL, "beat": _NEXT_BEAT}
        # As it is, whatever it holds: in a pipeline its strings could be taken for expressions.
        present |= {name: {"$literal": value} for name, value in self.said().items()}
        await self.collection.update_one({"_id": self.owner}, [{"$set": present}], upsert=True)
        await self.collection.update_many(
            {"kind": "slot", "owner": self.owner}, [{"$set": {"until": _UNTIL, "beat": _NEXT_BEAT}}]
        )
        await self._balance()
        held = await self.collection.find({"kind": "slot", "owner": self.owner}, {"_id": 1}).to_list(None)
        self._held = frozenset(lease["_id"] for lease in held)
        self._valid_until = before + TERM_SECONDS

    async def release(self) -> None:
        """Give everything back, so that others need not wait for the term."""
        self._held = frozenset()
        await self.collection.update_many({"kind": "slot", "owner": self.owner}, [_GIVEN_BACK])
        await self.collection.delete_one({"_id": self.owner})

    async def _balance(self) -> None:
        known = await self.collection.find().to_list(None)
        over = await self._over(known)
        relays = sum(one["kind"] == "relay" and one["_id"] not in over for one in known)
        share = math.ceil(SLOTS / max(relays, 1))
        leases = [lease for lease in known if lease["kind"] == "slot"]
        mine = [lease for lease in leases if lease["owner"] == self.owner]
        if len(mine) > share:
            surplus = [lease["_id"] for lease in mine[share:]]
            await self.collection.update_many(
                {"_id": {"$in": surplus}, "owner": self.owner},
                [_GIVEN_BACK],
            )
            return
        # What was given back is free whatever the clock says.
        free = [lease for lease in leases if not lease["owner"] or lease["_id"] in over]
        for lease in [lease for lease in free if lease["owner"] != self.owner][: share - len(mine)]:
            await self.collection.update_one(
                {"_id": lease["_id"], "owner": lease["owner"], "beat": lease["beat"]},
                [{"$set": self._taken()}],
            )

    async def _over(self, known: list[Document]) -> set[Any]:
        """The leases and relays that have lapsed by the server's clock, or stand still by ours."""
        lapsed = await self.collection.find(_LAPSED, {"_id": 1}).to_list(None)
        now = self.clock()
        seen = {}
        for one in known:
            sighting = self._seen.get(one["_id"])
            if sighting is None or sighting.beat != one["beat"]:
                sighting = _Sighting(one["beat"], now)
            seen[one["_id"]] = sighting
        self._seen = seen
        # A server clock that was set back would keep a dead relay, and its leases; its beat tells.
        still = {which for which, sighting in seen.items() if now - sighting.at > 2 * TERM_SECONDS}
        return {one["_id"] for one in lapsed} | still

    def _taken(self) -> dict[str, Any]:
        return {"owner": self.owner, "instance": self.instance, "until": _UNTIL, "beat": _NEXT_BEAT}
