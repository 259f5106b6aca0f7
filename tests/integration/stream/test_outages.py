"""A store that is away or too slow is said within 5 s, and what was asked counts once in the end."""

import asyncio
from functools import partial

import pytest
from pymongo import UpdateOne

from deploy.local.mongod import ReplicaSet
from shared import mongo
from shared.errors import Unavailable
from shared.mongo import Database
from shared.stream import Stream
from shared.stream.commit import _WAITING, GroupCommit
from tests.integration.stream.conftest import REPORT, STEP, Tale, command, tales
from tests.support import eventually, stopwatch

# Within this a client must have heard.
NEWS_SECONDS = 5.0


@pytest.mark.promise(5)
async def test_with_the_store_frozen_the_outcome_is_unknown_and_a_repeat_counts_once(
    store: ReplicaSet,
) -> None:
    client = mongo.connect(store.uri)
    stream = tales(client["hazards"])
    await stream.prepare()
    async with stream.running():
        await stream.execute("hz_1", command("k1"), REPORT)
    waiting = asyncio.create_task(stream.execute("hz_1", command("k2"), STEP))
    await eventually(lambda: stream._commit._waiting.qsize() == 1)

    store.members[0].freeze()
    # The write is on its way to a store that takes it and says nothing.
    async with stream.running():
        with stopwatch() as took:
            told = await asyncio.gather(
                *(waiting, stream.execute("hz_1", command("k3"), STEP), stream.load("hz_1")),
                return_exceptions=True,
            )
        store.members[0].thaw()
        await eventually(partial(is_held, stream, "k2"))
        await eventually(partial(is_held, stream, "k3"))

    assert [type(outcome) for outcome in told] == [Unavailable] * 3
    assert took.seconds < NEWS_SECONDS
    stored = await stream.load("hz_1")
    assert stored is not None
    assert [entry.command for entry in stored.history] == ["k1", "k2", "k3"]
    client.close()


async def is_held(stream: Stream[Tale], key: str) -> bool:
    """Ask again; False while the store still collects itself."""
    try:
        return (await stream.execute("hz_1", command(key), STEP)).case.holds(command(key))
    except Unavailable:
        return False


@pytest.mark.promise(5)
async def test_a_full_queue_is_said_at_once_and_writes_nobody_who_has_gone(database: Database) -> None:
    collection = database["queue"]
    commit = GroupCommit(collection)
    waiting = [asyncio.create_task(commit.write(insertion(n))) for n in range(_WAITING)]
    await eventually(commit._waiting.full)

    with pytest.raises(Unavailable) as refused:
        await commit.write(insertion(_WAITING))

    assert refused.value.retry_after == 1
    for task in waiting[1:]:
        task.cancel()
    await asyncio.gather(*waiting[1:], return_exceptions=True)
    async with commit.running():
        assert await waiting[0]
    assert [found["_id"] async for found in collection.find()] == [0]


def insertion(n: int) -> UpdateOne:
    return UpdateOne({"_id": n}, {"$set": {"n": n}}, upsert=True)
