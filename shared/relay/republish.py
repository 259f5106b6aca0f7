"""Stream documents set back to unpublished, so that the relays send a topic again: anew, or into an edition.

How far it is stands with the service's statement about the past, so that the two are seen together.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from pymongo import ReturnDocument

from shared.mongo import Collection, Database, Document
from shared.relay.waiting import UNPUBLISHED
from shared.stream.store_clock import SETTING_BACK, STATEMENT, STATEMENTS

# Written together: some tenths of a second, in which commands are written beside them.
_TOGETHER = 1_000
# Cases that may wait when more are set back to fill an edition: new events wait behind them.
_AHEAD = 2_000
_LOOK_SECONDS = 0.1
_ITS_OLDEST: Document = {"$dateFromString": {"dateString": {"$first": "$events.recorded_time"}}}


class LogIncomplete(Exception):  # noqa: N818 - a state that waits for an operator
    """A stream is being published anew, and what is marked of it as published its log may lack.

    Attributes:
        kind: the stream and the topic.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Why(Enum):
    """Why documents are set back; values are the parts of the statement that say how far it is."""

    #: The log was lost: all is to be sent to all editions, and nothing is promised of the past (ADR 13).
    LOST = SETTING_BACK
    #: An edition is filled beside one that has all: only it lacks them, and promises go on (ADR 18).
    FILL = "filling"


@dataclass(frozen=True, slots=True)
class Run:
    """One time that the documents of a stream are set back.

    Attributes:
        kind: the stream and the topic.
        why: what for.
        epoch: counts these for the service; documents that were set back carry it.
        began: when, by the store's clock.
        after: the last document that was set back; they go by their ids.
        done: how many documents have been looked at.
    """

    kind: str
    why: Why
    epoch: int
    began: datetime
    after: str
    done: int


async def under_way(database: Database, kind: str, why: Why = Why.LOST) -> Run | None:
    """Return what was begun and not ended."""
    stated = await database[STATEMENTS].find_one({"_id": STATEMENT})
    return _run(stated, kind, why)


async def last(database: Database, kind: str, why: Why = Why.LOST) -> datetime | None:
    """Return when the last one that ended began; None where there was none."""
    stated = await database[STATEMENTS].find_one({"_id": STATEMENT}) or {}
    ended: datetime | None = stated.get(f"{why.value}_done", {}).get(kind)
    return ended


async def begin(database: Database, kind: str, why: Why = Why.LOST) -> Run:
    """Begin, or go on with what was begun; of a lost log nothing is promised from here on.

    A log may be found lost while an edition is filled: what is set back for that goes whole to every edition,
    and the filling passes it over, or has set it back before.

    Raises:
        LogIncomplete: an edition is to be filled, and the stream is being published anew. What a filling sets
            back is not sent to the other editions, and whoever publishes anew would pass it over.
    """
    mine = f"${why.value}.{kind}"
    following: Document = {"$add": [{"$ifNull": ["$epoch", 0]}, 1]}
    lost: Document = {"$ne": [{"$type": f"${Why.LOST.value}.{kind}"}, "missing"]}
    incomplete = lost if why is Why.FILL else False
    stays: Document = {"$or": [{"$ifNull": [mine, False]}, incomplete]}
    new: Document = {"epoch": {"$cond": [stays, "$epoch", following]}}
    run: Document = {"epoch": "$epoch", "began": "$$NOW", "after": "", "done": 0}
    begins: Document = {"$cond": [incomplete, "$$REMOVE", run]}
    begun: Document = {f"{why.value}.{kind}": {"$ifNull": [mine, begins]}}
    if why is Why.LOST:
        # What was said before is void once a word carries another.
        begun["anew"] = {"$ifNull": [f"{mine}.epoch", "$epoch"]}
    stated = await database[STATEMENTS].find_one_and_update(
        {"_id": STATEMENT},
        [{"$set": new}, {"$set": begun}],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    if why is Why.FILL and _run(stated, kind, Why.LOST):
        raise LogIncomplete(kind)
    found = _run(stated, kind, why)
    assert found is not None, "it was written"
    return found


async def set_back(database: Database, run: Run, *, together: int = _TOGETHER) -> AsyncIterator[int]:
    """Set the documents back that are left, and end the run; yield how many have been looked at.

    Others may do the same at the same time. A case that is stored for the first time meanwhile may be passed
    over: it goes to the editions that there are now.
    """
    mine = f"{run.why.value}.{run.kind}"
    statement, whose = database[STATEMENTS], {"_id": STATEMENT, f"{mine}.epoch": run.epoch}
    collection, after, done = database[run.kind], run.after, run.done
    while ids := await _following(collection, after, together):
        if run.why is Why.FILL:
            await come_down(collection, _AHEAD)
        after, done = ids[-1], done + len(ids)
        await collection.update_many(
            # One that a later run has set back is that run's.
            {"_id": {"$in": ids}, "$or": [{"epoch": None}, {"epoch": {"$lt": run.epoch}}]},
            [{"$set": _back(run)}],
        )
        await statement.update_one(whose, {"$max": {f"{mine}.after": after, f"{mine}.done": done}})
        yield done
    ended = {"$set": {f"{run.why.value}_done.{run.kind}": run.began}, "$unset": {mine: ""}}
    await statement.update_one(whose, ended)


async def filled(database: Database, kind: str) -> bool:
    """Whether an edition has every case of a stream that was there when its filling ended."""
    if await last(database, kind, Why.FILL) is None:
        return False
    still = UNPUBLISHED | {"had": {"$exists": True}}
    return not await database[kind].count_documents(still, limit=1)


async def sent(database: Database, kind: str) -> None:
    """Return once the relays have sent all that was set back to fill an edition."""
    while True:
        if await filled(database, kind):
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def come_down(collection: Collection, most: int) -> None:
    """Return once no more cases wait to be sent than these."""
    while True:
        if await collection.count_documents(UNPUBLISHED, limit=most + 1) <= most:
            return
        await asyncio.sleep(_LOOK_SECONDS)


def _back(run: Run) -> Document:
    """What becomes of a document."""
    if run.why is Why.FILL:
        # The editions that have all of it so far are sent only what comes behind that. It waits from now on:
        # what is said of the past is about them.
        had: Any = {"$max": ["$had", "$published"]}
        since: Any = "$$NOW"
    else:
        had, since = "$$REMOVE", _ITS_OLDEST
    back: Document = {"published": 0, "epoch": run.epoch, "had": had}
    return back | {"unpublished_since": {"$min": ["$unpublished_since", since]}}


async def _following(collection: Collection, after: str, limit: int) -> list[str]:
    following = collection.find({"_id": {"$gt": after}}, {"_id": 1}).sort("_id", 1).limit(limit)
    return [row["_id"] for row in await following.to_list(None)]


def _run(stated: Document | None, kind: str, why: Why) -> Run | None:
    found = (stated or {}).get(why.value, {}).get(kind)
    if found is None:
        return None
    return Run(kind, why, found["epoch"], found["began"], found["after"], found["done"])
