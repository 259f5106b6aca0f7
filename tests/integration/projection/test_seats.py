"""A lane that is stopped stands still with all of its topics."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.projection.log import Log, Stopped
from shared.projection.seats import Seats
from shared.projection.storage import prepare
from tests.integration.projection.conftest import Stage
from tests.support import eventually

FAR = 60


async def test_what_waits_for_its_seat_when_its_lane_stops_is_not_seated(stage: Stage) -> None:
    hazards, suggestions, other = (
        TopicPartition(stage.settings.topic(topic), lane)
        for topic, lane in (("hazards", 0), ("suggestions", 0), ("hazards", 1))
    )
    await prepare(stage.generation, stage.projection)
    log = Log(stage.settings)
    async with AIOKafkaConsumer(bootstrap_servers=stage.settings.kafka) as consumer:
        consumer.assign([hazards, suggestions, other])
        seats = Seats(stage.generation, log, consumer_of=lambda: consumer)
        seating = asyncio.create_task(seats.run())
        await seats.on_partitions_assigned([hazards, suggestions, other])
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
        seating.cancel()
        with suppress(asyncio.CancelledError):
            await seating
    await log.close()
