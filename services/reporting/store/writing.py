"""Writes the effects of a unit: the roll-ups, the counters of each enterprise, and who was active when."""

import secrets
from collections import Counter
from collections.abc import Iterable

from pymongo import ReplaceOne, UpdateOne

from services.reporting.domain import counting
from services.reporting.domain.cells import Cell, Effect
from services.reporting.domain.counting import Months
from services.reporting.domain.rollups import Key
from services.reporting.store.rollups import (
    ACTIVITY,
    ENTERPRISES,
    MARKS,
    ROLLUPS,
    mark_id,
    own_id,
    rollup_fields,
    rollup_id,
)
from shared.mongo import Document
from shared.projection import Lane, hashed


async def write(lane: Lane, effects: list[Effect]) -> None:
    """Write the effects, inside the lane's transaction; the lane is the only writer of what it touches."""
    months = await _months(lane, effects)
    rollups = counting.rollups(effects, months)
    own = counting.own(effects)
    await _bulk(lane, ROLLUPS, [_rollup(lane, key, counters) for key, counters in rollups.items()])
    await _bulk(lane, MARKS, _marks(lane, rollups))
    await _bulk(lane, ENTERPRISES, [_own(lane, key, counters) for key, counters in own.items()])
    changed = {enterprise: known for enterprise, known in months.items() if known.changed}
    await _bulk(lane, ACTIVITY, [_activity(lane, enterprise, known) for enterprise, known in changed.items()])


def _rollup(lane: Lane, key: Key, counters: Counter[str]) -> UpdateOne:
    increase = _increase(rollup_fields(key, lane.number), counters)
    return UpdateOne({"_id": rollup_id(key, lane.number)}, increase, upsert=True)


def _marks(lane: Lane, changed: Iterable[Key]) -> list[UpdateOne]:
    """What tells reports which months they must add up anew; see ``remembered``."""
    mark = secrets.randbits(63)
    return [
        UpdateOne(
            {"_id": mark_id(month, lane.number)},
            {"$set": {"month": month, "lane": lane.number, "mark": mark}},
            upsert=True,
        )
        for month in {key.month for key in changed}
    ]


def _own(lane: Lane, key: tuple[str, int, int], counters: Counter[str]) -> UpdateOne:
    enterprise, month, recorded = key
    fields = {"enterprise": enterprise, "month": month, "recorded": recorded, "lane": lane.number}
    row_id = own_id(enterprise, month, recorded)
    return UpdateOne({"_id": row_id}, _increase(fields, counters), upsert=True)


def _increase(fields: Document, counters: Counter[str]) -> Document:
    added = {path: amount for path, amount in counters.items() if amount}
    return {"$setOnInsert": fields} | ({"$inc": added} if added else {})


def _activity(lane: Lane, enterprise: str, known: Months) -> ReplaceOne[Document]:
    # Sorted: they are learnt in whatever order two topics meet, and a rebuild must give the same document.
    cells = [
        {"of": list(cell), "months": {str(month): recorded for month, recorded in sorted(months.items())}}
        for cell, months in sorted(known.cells.items())
    ]
    row = {"_id": hashed(enterprise), "lane": lane.number, "enterprise": enterprise, "cells": cells}
    return ReplaceOne({"_id": row["_id"]}, row, upsert=True)


async def _months(lane: Lane, effects: list[Effect]) -> dict[str, Months]:
    """When the enterprises of these effects were active before; read for those that were so again."""
    months = {effect.home.enterprise: Months() for effect in effects if effect.active is not None}
    if months:
        where = {"_id": {"$in": [hashed(enterprise) for enterprise in months]}}
        async for row in lane.generation.collection(ACTIVITY).find(where, session=lane.session):
            cells = {
                Cell(*cell["of"]): {int(month): recorded for month, recorded in cell["months"].items()}
                for cell in row["cells"]
            }
            months[row["enterprise"]] = Months(cells)
    return months


async def _bulk(lane: Lane, name: str, operations: list[UpdateOne] | list[ReplaceOne[Document]]) -> None:
    if operations:
        collection = lane.generation.collection(name)
        await collection.bulk_write(operations, ordered=False, session=lane.session)
