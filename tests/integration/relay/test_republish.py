"""A topic is published anew from the stored cases: all of it, in order, whoever does what meanwhile."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from shared.events.watermarks import NOTHING
from shared.mongo import Collection
from shared.relay.republish import LogIncomplete, Run, Why, begin, last, set_back, under_way
from shared.relay.rounds import Read, mark, read, waiting
from shared.relay.watermarks import Watermarks
from shared.settings import Settings
from shared.stream.documents import SLOTS, slot
from tests.facts import NOON, event
from tests.integration.relay.conftest import Published, Stock
from tests.integration.relay.test_publishing import ALL, relaying
from tests.integration.relay.test_watermarks import heard, speaker, word  # noqa: F401 - fixtures
from tests.support import eventually

MANY = 5_000


async def anew(stock: Stock, run: Run | None = None, *, together: int = 100) -> list[int]:
    """Set everything back that is left of a run; return how far each step had come."""
    begun = run or await begin(stock.database, "hazards")
    return [done async for done in set_back(stock.database, begun, together=together)]


async def interrupted(steps: AsyncIterator[int]) -> int:
    """Go one step, and no further."""
    return await anext(steps)


@pytest.fixture
def hazards(stock: Stock) -> Collection:
    return stock.database["hazards"]


@pytest.mark.promise(1, 3)
async def test_every_event_is_sent_again_in_order_and_what_came_meanwhile_as_well(
    settings: Settings, stock: Stock, published: Published
) -> None:
    for n in range(20):
        await stock.add(f"hz_{n}", 1 + n % 4, enterprise=f"E{n % 5}")
    async with relaying(settings, stock):
        await eventually(stock.all_marked)
        await eventually(lambda: published.has(sum(stock.versions.values())))
        lost, published.records = published.records, []
        await anew(stock)
        await stock.add("hz_3", 2, enterprise="E3")
        await eventually(stock.all_marked)

    await eventually(lambda: published.has(len(lost) + 2))
    assert published.in_order(stock.versions)


@pytest.mark.promise(1)
async def test_a_mark_of_what_was_read_before_leaves_alone_what_was_set_back_since(
    settings: Settings, stock: Stock, hazards: Collection, published: Published
) -> None:
    await stock.add("hz_1", 2)
    await stock.add("hz_2", 2)
    await hazards.update_many({}, {"$set": {"published": 1}})
    found = await read("hazards", hazards, ALL)
    await anew(stock)
    await stock.add("hz_2")

    for read_as, cases in found.cases.items():
        await mark(hazards, read_as, cases)

    assert [case["published"] for case in await hazards.find().to_list(None)] == [0, 0]
    async with relaying(settings, stock):
        await eventually(stock.all_marked)
    await eventually(lambda: published.has(5))
    assert published.in_order(stock.versions)


@pytest.mark.promise(1)
async def test_one_that_was_interrupted_goes_on_where_it_was_and_sets_nothing_back_twice(
    stock: Stock, hazards: Collection
) -> None:
    for n in range(10):
        await stock.add(f"hz_{n}")
    first = await begin(stock.database, "hazards")
    await interrupted(set_back(stock.database, first, together=4))
    await mark(hazards, Read(1, first.epoch), [f"hz_{n}" for n in range(4)])

    again = await under_way(stock.database, "hazards")
    assert again is not None
    assert (again.epoch, again.began, again.done) == (first.epoch, first.began, 4)
    assert await begin(stock.database, "hazards") == again
    assert await anew(stock, again, together=4) == [8, 10]

    published = [case["published"] for case in await hazards.find().sort("_id").to_list(None)]
    assert published == [1] * 4 + [0] * 6
    assert await under_way(stock.database, "hazards") is None
    assert await last(stock.database, "hazards") == first.began


@pytest.mark.promise(1)
async def test_one_killed_between_its_work_and_its_note_of_it_sets_nothing_back_twice(
    stock: Stock, hazards: Collection
) -> None:
    await stock.add("hz_1")
    run = await begin(stock.database, "hazards")
    await interrupted(set_back(stock.database, run))
    await mark(hazards, Read(1, run.epoch), ["hz_1"])

    # As it was read before the step.
    await anew(stock, run)

    assert await stock.all_marked()


@pytest.mark.promise(1)
async def test_a_later_one_sets_all_back_once_more_and_one_that_was_frozen_takes_nothing_of_it(
    stock: Stock, hazards: Collection
) -> None:
    await stock.add("hz_1")
    frozen = await begin(stock.database, "hazards")
    await anew(stock)
    await anew(stock)
    await mark(hazards, Read(1, frozen.epoch + 1), ["hz_1"])

    await anew(stock, frozen)

    assert await stock.all_marked()
    assert await under_way(stock.database, "hazards") is None


@pytest.mark.promise(1)
async def test_no_edition_is_filled_before_a_lost_log_is_whole_again(
    stock: Stock, hazards: Collection
) -> None:
    for n in range(4):
        await stock.add(f"hz_{n}")
    await hazards.update_many({}, {"$set": {"published": 1}, "$unset": {"unpublished_since": ""}})
    lost = await begin(stock.database, "hazards")
    await interrupted(set_back(stock.database, lost, together=2))

    with pytest.raises(LogIncomplete):
        await begin(stock.database, "hazards", Why.FILL)

    # It counts as nothing: whoever goes on sets back what is left, as if it had not been asked for.
    assert await under_way(stock.database, "hazards", Why.FILL) is None
    again = await begin(stock.database, "hazards")
    assert (again.epoch, again.done) == (lost.epoch, 2)
    await anew(stock, again)
    assert [case["published"] for case in await hazards.find().to_list(None)] == [0] * 4
    assert (await begin(stock.database, "hazards", Why.FILL)).epoch == lost.epoch + 1


@pytest.mark.promise(1)
@pytest.mark.parametrize("ahead", [0, 2, 6])
async def test_a_log_that_is_lost_while_an_edition_is_filled_gets_all_and_so_does_the_edition(
    stock: Stock, hazards: Collection, ahead: int
) -> None:
    # So many cases are set back anew before the filling goes on from its third, and the others behind it.
    for n in range(6):
        await stock.add(f"hz_{n}", 2)
    await hazards.update_many({}, {"$set": {"published": 2}, "$unset": {"unpublished_since": ""}})
    filling = await begin(stock.database, "hazards", Why.FILL)
    await interrupted(set_back(stock.database, filling, together=3))

    lost = await begin(stock.database, "hazards")
    if ahead:
        await interrupted(set_back(stock.database, lost, together=ahead))
    await anew(stock, await under_way(stock.database, "hazards", Why.FILL))
    await anew(stock, await under_way(stock.database, "hazards"))

    found = await read("hazards", hazards, ALL, newest=2, filled=False)
    assert len(found.records) == len(found.filling) == 12


async def test_nothing_is_promised_of_the_past_until_all_waits_with_the_time_of_its_oldest_event(
    speaker: Watermarks,  # noqa: F811 - a fixture
    stock: Stock,
    hazards: Collection,
    heard: AIOKafkaConsumer,  # noqa: F811 - a fixture
) -> None:
    for n in range(4):
        await stock.add(f"hz_{n}", 2)
    await hazards.update_many({}, {"$set": {"published": 2}, "$unset": {"unpublished_since": ""}})
    await speaker.say()
    await speaker.say()
    assert (await word(heard)).before > datetime.now(UTC) - timedelta(minutes=1)

    run = await begin(stock.database, "hazards")
    await interrupted(set_back(stock.database, run, together=2))
    await speaker.say()
    assert ((await word(heard)).before, run.epoch) == (NOTHING, 1)

    await anew(stock, run, together=2)
    await speaker.say()
    # It looked after the last case was set back, but cannot know that.
    assert (await word(heard)).before == NOTHING
    await stock.add("hz_1")
    await speaker.say()
    said = await word(heard)
    assert said.epoch == 1
    # MongoDB's dates have whole milliseconds; never later than the event.
    assert timedelta() <= event("hz_1", 1).recorded_at - said.before < timedelta(milliseconds=1)


def waits(n: int, events: int = 1) -> dict[str, Any]:
    case = f"hz_{n}"
    entry = {"key": "E1", "type": "HazardVerified", "major": 1, "time": "", "recorded_time": "", "data": "{}"}
    entries = [
        entry | {"sequence": s, "command": "", "digest": "", "role": "worker"} for s in range(1, events + 1)
    ]
    since = NOON + timedelta(seconds=n * 7919 % MANY)
    return {
        "_id": case,
        "slot": slot(case),
        "version": events,
        "published": 0,
        "events": entries,
        "unpublished_since": since,
    }


async def test_while_all_waits_a_look_reads_no_more_than_it_takes(stock: Stock, hazards: Collection) -> None:
    await hazards.insert_many([waits(n) for n in range(MANY)])

    async def read_by(command: dict[str, Any]) -> int:
        explained = await stock.database.command("explain", command, verbosity="executionStats")
        assert "COLLSCAN" not in str(explained)
        stats = explained.get("executionStats") or explained["stages"][0]["$cursor"]["executionStats"]
        examined: int = stats["totalKeysExamined"]
        return examined

    a_round = {"aggregate": "hazards", "pipeline": waiting(ALL), "cursor": {}}
    assert await read_by(a_round) <= 2_000 + SLOTS
    oldest = {"slot": {"$in": ALL}, "unpublished_since": {"$exists": True}}
    the_oldest = {"find": "hazards", "filter": oldest, "sort": {"unpublished_since": 1}, "limit": 1}
    assert await read_by(the_oldest) <= 2 * SLOTS


async def test_whole_cases_of_many_events_do_not_all_come_at_once(hazards: Collection) -> None:
    await hazards.insert_many([waits(n, events=250) for n in range(120)])

    found = await read("hazards", hazards, ALL)

    assert (len(found.records), found.full) == (25_000, True)
