"""A relay sees to its topics: what would take cases apart stands still, and all else is told and goes on."""

from collections.abc import Iterator

import pytest
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from shared import metrics
from shared.projection.log import Log
from shared.sender import NotSent, Sender
from shared.settings import Settings
from tests.facts import records
from tests.integration.relay.conftest import Stock
from tests.integration.relay.test_publishing import relaying
from tests.integration.topics import made_anew
from tests.support import eventually


def shown(what: str) -> bool:
    (family,) = metrics.topic_wrong.collect()
    return any(of.labels == {"topic": "hazards", "what": what} and of.value == 1 for of in family.samples)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Leave nothing shown: whoever looks next would take this test's topic for one of its own."""
    yield
    metrics.topic_wrong.clear()


@pytest.mark.promise(1, 5)
async def test_a_topic_with_other_partitions_is_waited_for_and_nothing_is_lost(
    settings: Settings, topics: list[str], stock: Stock
) -> None:
    assert settings.topic("hazards") in topics
    await made_anew(settings, "hazards", partitions=settings.partitions + 1)
    await stock.add("hz_1", 3)

    with capture_logs() as lines:
        async with relaying(settings, stock) as relay:
            await eventually(lambda: shown("partitions"), deadline=90)
            assert await relay.ready() == ["wrong-topic"]
            assert await stock.unpublished() == 1
            await made_anew(settings, "hazards")
            await eventually(stock.all_marked, deadline=60)
            assert await relay.ready() == []

    assert not shown("partitions")
    assert {line["what"] for line in lines if line["event"] == "wrong-topic"} >= {"partitions"}


@pytest.mark.promise(1, 5)
async def test_what_is_sent_before_anybody_looked_again_is_refused_and_goes_nowhere(
    settings: Settings, topics: list[str]
) -> None:
    assert settings.topic("hazards") in topics
    sender, log, sent = Sender(settings), Log(settings), records("hz_1", 1, 2)
    await made_anew(settings, "hazards", partitions=settings.partitions + 1)
    try:
        with pytest.raises(NotSent, match=f"has {settings.partitions + 1} partitions"):
            await sender.send(sent)
        at = [TopicPartition(settings.topic("hazards"), n) for n in range(settings.partitions + 1)]
        assert set((await log.ends(at)).values()) == {0}
        await made_anew(settings, "hazards")
        await sender.send(sent)
        assert sum((await log.ends(at[:-1])).values()) == 2
    finally:
        await sender.close()
        await log.close()


async def test_a_topic_that_forgets_is_told_and_published_to_all_the_same(
    settings: Settings, topics: list[str], stock: Stock
) -> None:
    assert settings.topic("hazards") in topics
    await made_anew(settings, "hazards", config={"retention.ms": "86400000"})
    await stock.add("hz_1", 2)

    async with relaying(settings, stock):
        await eventually(stock.all_marked, deadline=30)
        await eventually(lambda: shown("retention"), deadline=90)
