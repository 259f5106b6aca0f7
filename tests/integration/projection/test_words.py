"""What a service says of the past counts until it goes back behind it, and only for the log it is about."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from shared.events.watermarks import NOTHING, PublishedBefore, encode
from shared.mongo import Document, snapshot
from shared.projection.log import Log
from shared.projection.positions import POSITIONS
from shared.projection.watermarks import WATERMARKS, as_of, prepare
from shared.projection.words import Watermarks
from shared.working import working
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.integration.topics import made_anew
from tests.support import eventually

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# One that would go by its age.
REACHED = 3


@pytest.fixture
def heard(stage: Stage) -> Watermarks:
    return Watermarks(stage.settings, stage.database, stage.projection.name, stage.projection.topics)


def word(sequence: int, before: datetime, *, epoch: int = 0, service: str = "hazards") -> PublishedBefore:
    return PublishedBefore(service=service, sequence=sequence, topics=(service,), before=before, epoch=epoch)


async def say(
    stage: Stage, sequence: int, before: datetime, *, epoch: int = 0, service: str = "hazards"
) -> None:
    await stage.send([encode(word(sequence, before, epoch=epoch, service=service))])


async def kept(stage: Stage) -> list[Document]:
    found: list[Document] = await stage.database[WATERMARKS].find().sort("before").to_list(None)
    return found


async def holds(stage: Stage, *times: datetime) -> bool:
    assert [row["before"] for row in await kept(stage)] == list(times)
    return True


def minutes(n: int) -> datetime:
    return NOON + timedelta(minutes=n)


async def test_what_was_said_before_a_topic_was_published_anew_is_void(
    stage: Stage, heard: Watermarks
) -> None:
    async with working(heard.run()):
        await say(stage, 1, minutes(1))
        await eventually(lambda: holds(stage, minutes(1)))
        await say(stage, 2, NOTHING, epoch=1)
        await eventually(lambda: holds(stage))
        await say(stage, 3, minutes(1), epoch=1)
        await eventually(lambda: holds(stage, minutes(1)))


async def test_a_read_model_that_is_far_behind_has_come_as_far_as_an_old_word_says(stage: Stage) -> None:
    topic, lanes = stage.settings.topic("hazards"), stage.settings.partitions
    said = [
        {"_id": f"hazards:{n}", "service": "hazards", "sequence": n, "epoch": 0, "before": minutes(n)}
        | {"topics": [{"topic": topic, "ends": [n] * lanes}]}
        for n in range(1, 31)
    ]
    await stage.database[WATERMARKS].insert_many(said)

    async with snapshot(stage.client) as session:
        for n in (0, 2, 29, 30):
            positions = {(topic, lane): n for lane in range(lanes)}
            known = await as_of(stage.database, session, ["hazards"], positions)
            assert known == (minutes(n) if n else None)


async def test_who_was_away_meanwhile_learns_it_from_any_later_word(stage: Stage, heard: Watermarks) -> None:
    async with working(heard.run()):
        await say(stage, 1, minutes(1))
        await eventually(lambda: holds(stage, minutes(1)))
    await say(stage, 90, minutes(9), epoch=1)
    later = Watermarks(stage.settings, stage.database, stage.projection.name, stage.projection.topics)

    async with working(later.run()):
        await eventually(lambda: holds(stage, minutes(9)))
        # A relay that does not know of it yet.
        await say(stage, 91, minutes(10))
        await say(stage, 1, minutes(11), service="suggestions")
        await eventually(lambda: holds(stage, minutes(9), minutes(11)))


async def test_a_void_word_that_a_lagging_instance_keeps_after_all_promises_nothing(
    stage: Stage, heard: Watermarks
) -> None:
    lagging = Watermarks(stage.settings, stage.database, stage.projection.name, stage.projection.topics)
    ends = Log(stage.settings)
    await prepare(stage.database)
    await heard._keep(word(1, minutes(1)), ends)
    # It has looked at what is kept, and will not again for a while.
    await lagging._keep(word(2, minutes(2)), ends)
    await heard._keep(word(3, minutes(1), epoch=1), ends)
    await lagging._keep(word(4, minutes(9)), ends)
    await ends.close()
    assert [row["epoch"] for row in await kept(stage)] == [1, 0]

    async with snapshot(stage.client) as session:
        assert await as_of(stage.database, session, ["hazards"], {}) == minutes(1)


async def test_the_word_that_a_lagging_projection_has_reached_is_kept_however_old_it_gets(
    stage: Stage, heard: Watermarks
) -> None:
    ends = Log(stage.settings)
    for second in range(1, 61):
        if second == REACHED + 1:
            # Nobody reads it: what is said from here on is not reached.
            await stage.send(records("hz_1", 1, enterprise=enterprise(0, 3)))
        at = NOON + timedelta(seconds=second)
        said = PublishedBefore(service="hazards", sequence=second, topics=("hazards",), before=at)
        await heard._keep(said, ends)
    await ends.close()

    times = [row["before"] for row in await kept(stage)]
    assert len(times) < 50
    assert NOON + timedelta(seconds=REACHED) in times


async def test_a_word_about_a_log_that_ends_before_what_was_read_is_not_kept(
    stage: Stage, heard: Watermarks
) -> None:
    await stage.send(records("hz_1", 1, enterprise=enterprise(0, 3)))
    async with stage.running():
        await eventually(lambda: stage.reaches("hazards", 0, 1))
    async with working(heard.run()):
        await say(stage, 1, minutes(1))
        await eventually(lambda: holds(stage, minutes(1)))
        # As after a log that was lost: what was read of it is more than there is.
        positions = stage.generation.collection(POSITIONS)
        await positions.update_many({}, {"$set": {"next": 2}})
        await say(stage, 2, minutes(2))
        await say(stage, 3, minutes(3))
        await eventually(lambda: heard._heard["hazards"].sequence == 3)
        assert await holds(stage, minutes(1))
        await positions.update_many({}, {"$set": {"next": 1}})
        await say(stage, 4, minutes(4))
        await eventually(lambda: holds(stage, minutes(1), minutes(4)))


@pytest.mark.promise(7)
async def test_words_are_heard_again_once_their_topic_was_made_anew(stage: Stage, heard: Watermarks) -> None:
    """It ends before the place that was read to, where nothing was new before it had grown as long."""
    numbers = count(1)

    async def said_and_kept(*, behind: datetime) -> bool:
        await say(stage, n := next(numbers), minutes(n))
        return any(row["before"] > behind for row in await kept(stage))

    for _ in range(200):
        await say(stage, n := next(numbers), minutes(n))
    async with working(heard.run()):
        await eventually(lambda: said_and_kept(behind=minutes(200)))

        await made_anew(stage.settings, "watermarks", partitions=1)

        before = minutes(next(numbers))
        # As seldom as a relay: the topic must not grow as long as it was.
        await eventually(lambda: said_and_kept(behind=before), every=0.5)
