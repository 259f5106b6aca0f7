"""The reference of the projection: the same documents written by a bare loop, which checks and names nothing.

``getmany``, one transaction per share of a partition, JSON read as it comes. It trusts every record, knows no
gap, no duplicate and no operator, and stops at the first surprise: what it writes, every counter must write.
"""

import asyncio
from collections import Counter, defaultdict
from typing import Any

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pymongo import InsertOne, ReplaceOne, UpdateOne

from shared import kafka, mongo
from shared.mongo import Document
from shared.projection import hashed
from shared.settings import Settings, load

NAME = "bare"
TOPICS = ("hazards", "suggestions")
COLLECTIONS = ("cases", "enterprises", "activity", "rollups", "positions")
_POLL, _UNIT = 16_000, 4_000

Counters = defaultdict[str, Counter[str]]


async def main(settings: Settings) -> None:
    """Apply everything that is there, and go on until the process is ended."""
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    database = client[settings.database(NAME)]
    for name in COLLECTIONS:
        await mongo.ensure_collection(database, name)
    consumer = AIOKafkaConsumer(
        **kafka.connection(settings), enable_auto_commit=False, max_partition_fetch_bytes=4 << 20
    )
    await consumer.start()
    at = [TopicPartition(settings.topic(topic), n) for topic in TOPICS for n in range(settings.partitions)]
    consumer.assign(at)
    known = {row["_id"]: row["next"] for row in await database["positions"].find().to_list(None)}
    for partition in at:
        consumer.seek(partition, known.get(_at(partition), 0))
    while True:
        polled = await consumer.getmany(timeout_ms=50, max_records=_POLL)
        lanes: defaultdict[int, list[ConsumerRecord]] = defaultdict(list)
        for partition, records in polled.items():
            lanes[partition.partition] += records
        await asyncio.gather(*(_lane(client, database, lane, records) for lane, records in lanes.items()))


async def _lane(client: Any, database: Any, lane: int, records: list[ConsumerRecord]) -> None:
    for start in range(0, len(records), _UNIT):
        share = records[start : start + _UNIT]

        async def unit(session: Any, share: list[ConsumerRecord] = share) -> None:
            await _apply(database, session, lane, share)

        await mongo.in_transaction(client, unit)


async def _apply(database: Any, session: Any, lane: int, records: list[ConsumerRecord]) -> None:
    read = [_read(record) for record in records]
    known = await _known(database["cases"], session, {case for case, *_ in read})
    active = await _known(
        database["activity"], session, {hashed(data["site"]["enterprise"]) for *_, data in read}
    )
    cases: dict[str, Document] = {}
    own: Counters = defaultdict(Counter)
    rollups: Counters = defaultdict(Counter)
    learnt: dict[str, Document] = {}
    for case, kind, version, month, data in read:
        site = data["site"]
        region, owner = site["region"], site["enterprise"]
        cases[case] = {"_id": case, "lane": lane, "version": version, "kind": kind, "home": [*site.values()]}
        own[f"{owner}:{month}"][f"t.{kind}"] += 1
        own[f"{owner}:{month}"][f"n.1.{kind}"] += 1
        groups = ("t", f"i.{site['industry'][0]}", f"s.{site['size']}")
        for area in (region, region[:2], "CN"):
            for group in groups:
                rollups[f"{area}:{month}:{lane}"][f"{group}.{kind}"] += 1
        if version == 1 and (row := hashed(owner)) not in active and row not in learnt:
            learnt[row] = {"_id": row, "lane": lane, "months": {str(month): month}}
            for area in (region, region[:4], region[:2], "CN"):
                for group in groups:
                    rollups[f"{area}:{month}:{lane}"][f"{group}.p0"] += 1
    writes = {
        "cases": [
            ReplaceOne({"_id": case}, row) if case in known else InsertOne(row) for case, row in cases.items()
        ],
        "enterprises": _increments(own),
        "rollups": _increments(rollups),
        "activity": [InsertOne(row) for row in learnt.values()],
        "positions": _positions(records),
    }
    for name, operations in writes.items():
        if operations:
            await database[name].bulk_write(operations, ordered=False, session=session)


def _read(record: ConsumerRecord) -> tuple[str, str, int, int, Document]:
    said = dict(record.headers)
    time = said["ce_time"]
    case = hashed(f"{record.key.decode()}:{said['ce_subject'].decode()}")
    month = int(time[:4] + time[5:7])
    return case, said["ce_type"].decode(), int(said["ce_sequence"]), month, orjson.loads(record.value)


async def _known(collection: Any, session: Any, ids: set[str]) -> set[str]:
    rows = await collection.find({"_id": {"$in": list(ids)}}, session=session).to_list(None)
    return {row["_id"] for row in rows}


def _increments(counters: Counters) -> list[Any]:
    return [
        UpdateOne({"_id": hashed(key)}, {"$inc": dict(added)}, upsert=True) for key, added in counters.items()
    ]


def _positions(records: list[ConsumerRecord]) -> list[Any]:
    following = {_at(record): record.offset + 1 for record in records}
    return [UpdateOne({"_id": at}, {"$set": {"next": n}}, upsert=True) for at, n in following.items()]


def _at(where: ConsumerRecord | TopicPartition) -> str:
    return f"{where.topic}:{where.partition}"


if __name__ == "__main__":
    uvloop.run(main(load()))
