"""A topic published anew: its stream documents are set back to unpublished, and the relays send all (ADR 13).

What is done is written down with the service's statement about the past, which promises nothing meanwhile.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument

from shared.mongo import Database, Document
from shared.stream.store_clock import SETTING_BACK, STATEMENT, STATEMENTS

# Written together: some tenths of a second, in which commands are written beside them.
_TOGETHER = 1_000
_SET_BACK = "set_back"
_ITS_OLDEST: Document = {"$dateFromString": {"dateString": {"$first": "$events.recorded_time"}}}


@dataclass(frozen=True, slots=True)
class Run:
    """One time that a topic is published anew.

    Attributes:
        kind: the stream and the topic.
        epoch: counts these for the service; documents that were set back carry it.
        began: when, by the store's clock.
        after: the last document that was set back; they go by their ids.
        done: how many documents have been looked at.
    """

    kind: str
    epoch: int
    began: datetime
    after: str
    done: int


async def under_way(database: Database, kind: str) -> Run | None:
    """Return what was begun and not ended."""
    stated = await database[STATEMENTS].find_one({"_id": STATEMENT})
    return _run(stated, kind)


async def last(database: Database, kind: str) -> datetime | None:
    """Return when the topic was last set back as a whole; None where it never was."""
    stated = await database[STATEMENTS].find_one({"_id": STATEMENT}) or {}
    ended: datetime | None = stated.get(_SET_BACK, {}).get(kind)
    return ended


async def begin(database: Database, kind: str) -> Run:
    """Begin, or go on with what was begun; from here on nothing is promised of the past."""
    mine = f"${SETTING_BACK}.{kind}"
    following: Document = {"$add": [{"$ifNull": ["$epoch", 0]}, 1]}
    run: Document = {"epoch": "$epoch", "began": "$$NOW", "after": "", "done": 0}
    stated = await database[STATEMENTS].find_one_and_update(
        {"_id": STATEMENT},
        [
            {"$set": {"epoch": {"$cond": [{"$ifNull": [mine, False]}, "$epoch", following]}}},
            {"$set": {f"{SETTING_BACK}.{kind}": {"$ifNull": [mine, run]}}},
        ],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    begun = _run(stated, kind)
    assert begun is not None, "it was written"
    return begun


async def set_back(database: Database, run: Run, *, together: int = _TOGETHER) -> AsyncIterator[int]:
    """Set the documents back that are left, and end the run; yield how many have been looked at.

    Others may do the same at the same time. A case that is stored for the first time meanwhile may be passed
    over: it goes to the log that there is now.
    """
    statement, whose = database[STATEMENTS], {"_id": STATEMENT, f"{SETTING_BACK}.{run.kind}.epoch": run.epoch}
    collection, after, done = database[run.kind], run.after, run.done
    while ids := await _following(collection, after, together):
        after, done = ids[-1], done + len(ids)
        await collection.update_many(
            # One that a later run has set back is that run's.
            {"_id": {"$in": ids}, "$or": [{"epoch": None}, {"epoch": {"$lt": run.epoch}}]},
            [
                {
                    "$set": {
                        "published": 0,
                        "epoch": run.epoch,
                        # Whoever says before when all is published looks at this.
                        "unpublished_since": {"$min": ["$unpublished_since", _ITS_OLDEST]},
                    }
                }
            ],
        )
        reached = {f"{SETTING_BACK}.{run.kind}.{name}": value for name, value in _place(after, done).items()}
        await statement.update_one(whose, {"$max": reached})
        yield done
    ended = {"$set": {f"{_SET_BACK}.{run.kind}": run.began}, "$unset": {f"{SETTING_BACK}.{run.kind}": ""}}
    await statement.update_one(whose, ended)


def _place(after: str, done: int) -> dict[str, Any]:
    return {"after": after, "done": done}


async def _following(collection: Any, after: str, limit: int) -> list[str]:
    rows = (
        await collection.find({"_id": {"$gt": after}}, {"_id": 1}).sort("_id", 1).limit(limit).to_list(None)
    )
    return [row["_id"] for row in rows]


def _run(stated: Document | None, kind: str) -> Run | None:
    found = (stated or {}).get(SETTING_BACK, {}).get(kind)
    return None if found is None else Run(kind, found["epoch"], found["began"], found["after"], found["done"])
