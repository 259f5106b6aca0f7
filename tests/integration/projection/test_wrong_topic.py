"""A topic that is not as it was promised is named, and stops only what would go wrong by it."""

import pytest
from aiokafka.admin import NewPartitions
from structlog.testing import capture_logs

from shared import metrics
from shared.kafka import administration
from shared.topics import WrongTopic, provision
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.integration.projection.test_log import stops
from tests.integration.topics import made_anew
from tests.support import eventually

KEY = enterprise(0, 3)
FOREVER = {"retention.ms": "-1"}
WRONG = {
    "retention.ms": ("86400000", "set retention.ms=-1"),
    "retention.bytes": ("1000000", "set retention.bytes=-1"),
    "cleanup.policy": ("compact", "set cleanup.policy=delete"),
}


@pytest.mark.promise(7)
@pytest.mark.parametrize("name", WRONG)
async def test_a_topic_that_forgets_is_told_with_the_remedy(stage: Stage, name: str) -> None:
    value, remedy = WRONG[name]
    await made_anew(stage.settings, "hazards", config=FOREVER | {name: value})

    with pytest.raises(WrongTopic) as said:
        await provision(stage.settings)

    assert f"topic {stage.settings.topic('hazards')} " in str(said.value)
    assert remedy in str(said.value)
    assert str(said.value).count("\n") == 0


@pytest.mark.promise(1)
async def test_a_topic_on_fewer_brokers_than_were_promised_is_told(stage: Stage) -> None:
    await made_anew(stage.settings, "hazards", config=FOREVER)
    three = stage.settings.model_copy(update={"replication": 3})

    with pytest.raises(WrongTopic) as said:
        await provision(three)

    hazards = [
        line for line in str(said.value).splitlines() if f"topic {stage.settings.topic('hazards')} " in line
    ]
    assert "has 1 replicas where NANXUN_REPLICATION asks for 3" in hazards[0]
    assert "set min.insync.replicas=2" in hazards[1]


@pytest.mark.promise(2, 3)
async def test_a_projection_does_not_begin_on_a_topic_with_other_lanes(stage: Stage) -> None:
    await made_anew(stage.settings, "hazards", partitions=2)
    await stage.send(records("hz_1", 1, enterprise=KEY))

    with capture_logs() as lines:
        async with stage.running() as runtime:
            await stops(runtime, "wrong-topic")
            await eventually(lambda: shown("wrong-topic"))

    assert await stage.told() == {}
    with pytest.raises(WrongTopic, match="has 2 partitions where its edition of the log has 3"):
        await provision(stage.settings)
    told = [line["detail"] for line in lines if line["event"] == "lane-stopped"]
    assert told
    assert all("NANXUN_PARTITIONS" in detail for detail in told)


@pytest.mark.promise(2, 3)
async def test_a_topic_that_is_grown_in_place_stops_the_projection_that_reads_it(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, enterprise=KEY))
    async with stage.running() as runtime:
        await eventually(lambda: stage.has_told(hz_1=[1]), deadline=30)
        async with administration(stage.settings) as client:
            await client.create_partitions({stage.settings.topic("hazards"): NewPartitions(total_count=6)})
        await stops(runtime, "wrong-topic")

    assert await stage.told() == {"hz_1": [1]}


def shown(reason: str) -> bool:
    """Whether the metrics show a lane that is stopped by this."""
    (family,) = metrics.projection_lane_stopped.collect()
    return any(of.labels["reason"] == reason and of.value == 1 for of in family.samples)
