"""Topics are made once, whoever asks for them, and what Kafka refuses is told."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.edition import SMALL
from shared.settings import Settings
from shared.topics import AGGREGATES, WrongTopic, absent, delete, provision, topics
from tests.integration.topics import delete_all

TOGETHER = 4


@pytest.fixture(autouse=True)
async def gone_afterwards(settings: Settings) -> AsyncIterator[None]:
    yield
    await delete_all(settings)


async def test_several_at_once_make_each_topic_once_and_all_find_it(settings: Settings) -> None:
    made = await asyncio.gather(*(provision(settings) for _ in range(TOGETHER)))

    assert sorted(name for names in made for name in names) == sorted(topics(settings))
    assert await absent(settings) == []


@pytest.mark.promise(2, 3)
async def test_of_two_who_want_other_topics_at_once_one_is_told(settings: Settings) -> None:
    more = settings.model_copy(update={"partitions": settings.partitions + 1})

    asked = await asyncio.gather(provision(settings), provision(more), return_exceptions=True)

    (told,) = [one for one in asked if isinstance(one, WrongTopic)]
    (made,) = [one for one in asked if isinstance(one, list)]
    assert made == sorted(topics(settings))
    assert f"topic {settings.topic('hazards')} has" in str(told)


@pytest.mark.promise(1)
async def test_a_topic_that_kafka_refuses_to_make_is_told_and_not_called_made(settings: Settings) -> None:
    three = settings.model_copy(update={"replication": 3})

    with pytest.raises(WrongTopic, match=r"Kafka refuses to make it: .*replication factor of 3") as said:
        await provision(three)

    told = [line.split(":")[0].removeprefix("topic ") for line in str(said.value).splitlines()]
    assert sorted(told) == sorted(topics(three))
    assert await absent(settings) == sorted(topics(settings))


async def test_what_is_deleted_by_two_at_once_is_deleted_once(settings: Settings) -> None:
    await provision(settings)

    deleted = await asyncio.gather(*(delete(settings, AGGREGATES) for _ in range(TOGETHER)))

    names = [name for several in deleted for name in several]
    assert sorted([*names, *map(settings.topic, SMALL)]) == sorted(topics(settings))
