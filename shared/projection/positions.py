"""Positions of a projection, kept with its data: where each partition goes on, and the record before it."""

from dataclasses import dataclass
from datetime import datetime

from aiokafka import TopicPartition

from shared.mongo import Document, Session
from shared.projection.generation import Generation, Vector, hashed
from shared.projection.spec import Lane

POSITIONS = "positions"
_PLACE = {"topic": 1, "partition": 1, "next": 1}


class LaneLost(Exception):  # noqa: N818 - the other process is right
    """The stored position is not the one this process last read or wrote; somebody else works this lane."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a partition goes on.

    Attributes:
        next: offset of the next record to apply.
        last: fingerprint of the record before it; None before the first.
        recorded: when the newest event that was applied had been recorded, if it is known.
        stamp: the time that the record before it has on the log, in milliseconds since 1970; None where an
            earlier build has moved the position.
    """

    next: int = 0
    last: str | None = None
    recorded: datetime | None = None
    stamp: int | None = None


async def stored(generation: Generation, at: list[TopicPartition]) -> dict[TopicPartition, Position]:
    """Return the stored positions; a partition that has none begins with its log."""
    ids = {_id(partition): partition for partition in at}
    found = await generation.collection(POSITIONS).find({"_id": {"$in": list(ids)}}).to_list(None)
    known = {
        ids[row["_id"]]: Position(row["next"], row["last"], row["recorded"], _stamp(row)) for row in found
    }
    return {partition: known.get(partition, Position()) for partition in at}


async def reached(generation: Generation, session: Session | None = None) -> Vector:
    """Return the next offset of every partition of which a generation has read something."""
    rows = generation.collection(POSITIONS).find({}, _PLACE, session=session)
    return {TopicPartition(row["topic"], row["partition"]): row["next"] for row in await rows.to_list(None)}


async def move(lane: Lane, at: TopicPartition, *, expected: int, to: Position, skipped: int) -> None:
    """Move a position, inside the transaction whose work it stands for.

    ``skipped`` counts events of types that this build does not know; they mark the generation as incomplete.

    Raises:
        LaneLost: the stored offset is not ``expected``.
    """
    collection = lane.generation.collection(POSITIONS)
    session = lane.session
    change: Document = {"next": to.next, "last": to.last, "stamp": {"next": to.next, "time": to.stamp}}
    counted = {"skipped": skipped}
    if expected == 0 and not await collection.find_one({"_id": _id(at)}, {"_id": 1}, session=session):
        place = {"lane": lane.number, "topic": at.topic, "partition": at.partition, "recorded": to.recorded}
        await collection.insert_one({"_id": _id(at)} | place | change | counted, session=session)
        return
    update: Document = {"$set": change, "$inc": counted}
    if to.recorded is not None:
        update["$max"] = {"recorded": to.recorded}
    moved = await collection.update_one({"_id": _id(at), "next": expected}, update, session=session)
    if moved.modified_count != 1:
        raise LaneLost(f"{at.topic}/{at.partition} is no longer at {expected}")


async def hold(lane: Lane, at: TopicPartition, *, expected: int, skipped: int) -> None:
    """Assert a position inside a transaction that does not move it; nobody else can move it meanwhile.

    ``skipped`` counts as in ``move``.

    Raises:
        LaneLost: the stored offset is not ``expected``.
    """
    # Written, and not only read: what is only read may be moved by another before the commit.
    held = await lane.generation.collection(POSITIONS).update_one(
        {"_id": _id(at), "next": expected}, {"$inc": {"decided": 1, "skipped": skipped}}, session=lane.session
    )
    if held.modified_count != 1:
        raise LaneLost(f"{at.topic}/{at.partition} is no longer at {expected}")


def _stamp(row: Document) -> int | None:
    """The time of the record before the position, unless a build has moved it that does not know of that."""
    stamp: Document = row.get("stamp") or {}
    return stamp["time"] if stamp.get("next") == row["next"] else None


def _id(at: TopicPartition) -> str:
    return hashed(f"{at.topic}:{at.partition}")
