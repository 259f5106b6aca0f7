"""How far a projection is behind its log, and where it cannot go on, as the log and its positions tell it."""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime

from aiokafka import TopicPartition

from shared.projection.doubt import AGAIN_SECONDS, Doubtful
from shared.projection.log import Log, Stopped
from shared.projection.positions import Position

#: Of a partition, the first offset that the log still has, and the one behind its last.
Bounds = dict[TopicPartition, tuple[int, int]]


async def lag(
    log: Log, positions: dict[TopicPartition, Position], bounds: Bounds
) -> tuple[int, datetime | None]:
    """Return how many records are still to be applied, and when the oldest of them came, if one says it.

    Raises:
        KafkaError: Kafka does not answer.
    """
    behind, oldest = 0, None
    for at, position in positions.items():
        begin, end = bounds[at]
        # A position behind the end is of another log: of this one nothing is applied.
        following = position.next if position.next <= end else begin
        behind += end - following
        record = await log.record(at, max(following, begin)) if following < end else None
        # One without a time would be as old as 1970.
        if record is not None and record.timestamp > 0:
            came = datetime.fromtimestamp(record.timestamp / 1_000, UTC)
            oldest = min(oldest or came, came)
    return behind, oldest


async def stopped(log: Log, positions: dict[TopicPartition, Position]) -> dict[int, str]:
    """Return the lanes that cannot go on from where they stand, and why: what each finds out by itself.

    Raises:
        KafkaError: Kafka does not answer.
    """
    lanes: defaultdict[int, dict[TopicPartition, Position]] = defaultdict(dict)
    for at, position in positions.items():
        lanes[at.partition][at] = position
    found: dict[int, str] = {}
    while lanes:
        # All of them once before any is asked again: what is in doubt is so for all at the same time.
        for lane, standing in list(lanes.items()):
            try:
                await log.check(standing)
            except Doubtful:
                continue
            except Stopped as why:
                found[lane] = why.name
            del lanes[lane]
        if lanes:
            await asyncio.sleep(AGAIN_SECONDS)
    return found
