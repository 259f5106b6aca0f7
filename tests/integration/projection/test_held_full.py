"""A case that holds more than its document has room for stops its lane by name, and goes on when it can."""

from datetime import UTC, datetime

import pytest

from shared import metrics
from shared.events.operations import DeadLetterDiscarded, decided, place
from shared.projection import documents
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.integration.projection.test_log import stops
from tests.support import eventually

KEY, OTHER = enterprise(0, 3), enterprise(1, 3)
# Of as many as are allowed, a few more than the room: what is tried is the stop, not its number.
ROOM = 5


@pytest.mark.promise(4)
async def test_a_case_that_is_full_stops_its_lane_alone_until_its_hole_is_decided_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_HELD", ROOM)
    first, second = records("hz_1", 1, 2, enterprise=KEY)
    await stage.send([first, second._replace(value=b"{")])
    await stage.send(records("hz_2", 1, enterprise=OTHER))

    async with stage.running() as runtime:
        await eventually(lambda: stage.reaches("hazards", 0, 2), deadline=30)
        await stage.send(records("hz_1", *range(3, ROOM + 5), enterprise=KEY))
        await stops(runtime, "held-full")
        await eventually(lambda: shown() == 1)
        # Nothing of the lane was half done, and the other lanes go on.
        assert await stage.reaches("hazards", 0, 2)
        await stage.send(records("hz_2", 2, enterprise=OTHER))
        await eventually(lambda: stage.has_told(hz_1=[1], hz_2=[1, 2]), deadline=30)

        await discard_the_second(stage)
        following = [1, *range(3, ROOM + 5)]
        await eventually(lambda: stage.has_told(hz_1=following, hz_2=[1, 2]), deadline=30)
        await eventually(lambda: shown() == 0)
        assert await runtime.ready() == []


async def discard_the_second(stage: Stage) -> None:
    projection, topic = f"{stage.database.name}-tales", stage.settings.topic("hazards")
    fact = DeadLetterDiscarded(
        projection=projection,
        topic=topic,
        partition=0,
        offset=1,
        record="hz_1:2",
        after=2,
        enterprise=KEY,
        subject="hz_1",
        sequence=2,
    )
    await stage.send([decided(fact, place(projection, topic, 0, 1), at=datetime.now(UTC))])


def shown() -> int:
    """How many lanes the metrics show as stopped for a case that is full."""
    (family,) = metrics.projection_lane_stopped.collect()
    return sum(of.labels["reason"] == "held-full" and of.value == 1 for of in family.samples)
