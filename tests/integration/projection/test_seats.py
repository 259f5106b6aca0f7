"""A lane that is stopped stands still with all of its topics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.projection.log import Log, Stopped
from shared.projection.positions import Position
from shared.projection.seats import Seats
from shared.projection.storage import prepare
from tests.integration.projection.conftest import Stage
from tests.support import eventually

FAR = 60


class Refusing(Log):
    """A log whose first lane cannot be read back."""

    async def check(self, positions: dict[TopicPartition, Position]) -> None:
        """Prove it, or fail as a partition without a leader does."""
        if any(at.partition == 0 for at in positions):
            raise KafkaError("no leader")
        await super().check(positions)


@asynccontextmanager
async def seating(
    stage: Stage, log: Log, *partitions: TopicPartition
) -> AsyncIterator[tuple[Seats, AIOKafkaConsumer]]:
    """Have a consumer's partitions seated while the block runs."""
    await prepare(stage.generation, stage.projection)
    async with AIOKafkaConsumer(bootstrap_servers=stage.settings.kafka) as consumer:
        consumer.assign(list(partitions))
        seats = Seats(stage.generation, log, consumer_of=lambda: consumer)
        task = asyncio.create_task(seats.run())
        await seats.on_partitions_assigned(partitions)
        try:
            yield seats, consumer
        finally:
            task.cancel()
            await asyncio.wait([task])
    await log.close()


async def test_a_lane_that_cannot_be_seated_keeps_none_behind_it_from_its_seat(stage: Stage) -> None:
    first, second, third = (TopicPartition(stage.settings.topic("hazards"), lane) for lane in range(3))
    async with seating(stage, Refusing(stage.settings), first, second, third) as (seats, _):
        await eventually(lambda: seats.seated.keys() == {second, third}, deadline=FAR)
        assert not seats.settled()


async def test_what_waits_for_its_seat_when_its_lane_stops_is_not_seated(stage: Stage) -> None:
    hazards, suggestions, other = (
        TopicPartition(stage.settings.topic(topic), lane)
        for topic, lane in (("hazards", 0), ("suggestions", 0), ("hazards", 1))
    )
    async with seating(stage, Log(stage.settings), hazards, suggestions, other) as (seats, consumer):
        await eventually(lambda: seats.seated.keys() == {hazards, suggestions, other}, deadline=FAR)

        seats.reseat([suggestions])
        seats.stop(0, Stopped("log-gap", "a gap"))
        # A failure of what was under way would have it worked again.
        seats.reseat([hazards, other])
        await eventually(lambda: other in seats.seated, deadline=FAR)
        assert seats.seated.keys() == {other}
        assert consumer.paused() == {hazards, suggestions}

        seats.again(0)
        await eventually(lambda: seats.seated.keys() == {hazards, suggestions, other}, deadline=FAR)


async def test_what_was_seated_while_partitions_moved_on_is_given_up_with_the_next_assignment(
    stage: Stage,
) -> None:
    mine, moved = (TopicPartition(stage.settings.topic("hazards"), lane) for lane in range(2))
    async with seating(stage, Log(stage.settings), mine, moved) as (seats, _):
        await eventually(lambda: seats.seated.keys() == {mine, moved}, deadline=FAR)

        await seats.on_partitions_assigned([mine])

        assert moved not in seats.seated
        await eventually(lambda: seats.seated.keys() == {mine}, deadline=FAR)
        assert seats.settled()


async def test_a_lane_that_was_revoked_while_it_was_checked_is_not_stopped_here(stage: Stage) -> None:
    checked, revoked = asyncio.Event(), asyncio.Event()

    class Slow(Log):
        """A log that is found to be another once its partition is away."""

        async def check(self, positions: dict[TopicPartition, Position]) -> None:
            """Refuse it."""
            assert positions
            checked.set()
            await revoked.wait()
            raise Stopped("other-log", "another record")

    at = TopicPartition(stage.settings.topic("hazards"), 0)
    async with seating(stage, Slow(stage.settings), at) as (seats, _):
        await asyncio.wait_for(checked.wait(), FAR)
        await seats.on_partitions_revoked([at])
        revoked.set()
        await asyncio.sleep(0.1)
        assert seats.stopped == {}

        await seats.on_partitions_assigned([at])
        await eventually(lambda: set(seats.stopped) == {0}, deadline=FAR)
