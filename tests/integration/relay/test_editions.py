"""A second edition of the log is filled beside the first: each has every case, in order, and no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.edition import Edition
from shared.mongo import Collection
from shared.relay.editions import Fed, fed, feed, pause, resume, unaware
from shared.relay.republish import Why, begin, come_down, filled, set_back
from shared.relay.rounds import Read, mark, read
from shared.settings import Settings
from shared.topics import provision
from tests.integration.relay.conftest import Published, Stock
from tests.integration.relay.test_publishing import ALL, relaying
from tests.support import eventually

SECOND = Edition(2, 5)


@pytest.fixture
def both(settings: Settings) -> tuple[Fed, ...]:
    return Fed(settings.edition), Fed(SECOND, whole=False)


@pytest.fixture
def hazards(stock: Stock) -> Collection:
    return stock.database["hazards"]


@asynccontextmanager
async def on_the_second(settings: Settings) -> AsyncIterator[Published]:
    """What stands in the second edition, whose topics are made."""
    second = settings.on(SECOND)
    await provision(second)
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(second.topic("hazards"), n) for n in range(SECOND.partitions)])
        yield Published(consumer)


async def fill(stock: Stock, *, together: int = 10) -> None:
    run = await begin(stock.database, "hazards", Why.FILL)
    async for _ in set_back(stock.database, run, together=together):
        pass


@pytest.mark.promise(1, 3)
async def test_while_commands_go_on_the_second_is_filled_and_the_first_gets_nothing_twice(
    settings: Settings, stock: Stock, published: Published, both: tuple[Fed, ...]
) -> None:
    async def write() -> None:
        for _ in range(10):
            for n in range(40):
                await stock.add(f"hz_{n}", enterprise=f"E{n}")

    for n in range(40):
        await stock.add(f"hz_{n}", 2, enterprise=f"E{n}")
    async with on_the_second(settings) as second, relaying(settings, stock), relaying(settings, stock, "two"):
        await eventually(stock.all_marked)
        writing = asyncio.create_task(write())
        await feed(stock.database, both, begins=True)

        async def known() -> bool:
            return not await unaware(stock.database, "hazards", both)

        await eventually(known)
        await fill(stock)
        await writing
        await eventually(stock.all_marked)

        everything = sum(stock.versions.values())
        await eventually(lambda: second.has(everything))
        await eventually(lambda: published.has(everything))
    assert second.in_order(stock.versions)
    assert published.in_order(stock.versions)
    # Leases moved while they joined; apart from that each event went to the first edition once.
    told = [dict(record.headers)["ce_id"] for record in published.records]
    assert len(told) < everything * 1.5


@pytest.mark.promise(2)
async def test_what_an_edition_has_is_not_sent_to_it_again(
    settings: Settings, stock: Stock, published: Published, both: tuple[Fed, ...]
) -> None:
    await stock.add("hz_1", 3)
    async with relaying(settings, stock):
        await eventually(stock.all_marked)
    await feed(stock.database, both, begins=True)
    await fill(stock)
    # Interrupted at its last step, and begun again.
    await fill(stock)
    assert not await filled(stock.database, "hazards")
    await stock.add("hz_1")

    async with on_the_second(settings) as second, relaying(settings, stock):
        await eventually(stock.all_marked)
        await eventually(lambda: second.has(4))
    assert await filled(stock.database, "hazards")
    await eventually(lambda: published.has(4))
    for of in (published, second):
        assert [dict(record.headers)["ce_sequence"] for record in of.records] == [b"1", b"2", b"3", b"4"]


async def test_a_relay_that_runs_and_has_not_heard_of_an_edition_is_named_and_a_dead_one_is_not(
    settings: Settings, stock: Stock, topics: list[str], both: tuple[Fed, ...]
) -> None:
    assert topics
    leases = stock.database["hazards_leases"]
    async with relaying(settings, stock):
        await feed(stock.database, (Fed(settings.edition),))

        async def knows() -> bool:
            return not await unaware(stock.database, "hazards", (Fed(settings.edition),))

        await eventually(lambda: leases.count_documents({"kind": "relay"}))
        await eventually(knows)
        assert await unaware(stock.database, "hazards", both) == ["one"]
        late = {"kind": "relay", "instance": "old", "beat": 0}
        in_a_while = [{"$set": {"until": {"$add": ["$$NOW", 60_000]}}}]
        await leases.insert_one({"_id": "old/1"} | late)
        await leases.update_one({"_id": "old/1"}, in_a_while)
        # Of a release that knows no editions.
        assert await unaware(stock.database, "hazards", (Fed(settings.edition),)) == ["old"]
        await leases.update_one({"_id": "old/1"}, [{"$set": {"until": {"$subtract": ["$$NOW", 1_000]}}}])
        assert await unaware(stock.database, "hazards", (Fed(settings.edition),)) == []


@pytest.mark.promise(1)
async def test_a_mark_of_what_was_read_before_the_filling_leaves_the_case_to_be_sent(
    stock: Stock, hazards: Collection
) -> None:
    await stock.add("hz_1", 2)
    found = await read("hazards", hazards, ALL)
    await fill(stock)

    for read_as, cases in found.cases.items():
        await mark(hazards, read_as, cases)

    again = await read("hazards", hazards, ALL, newest=2, filled=False)
    assert len(again.records) == len(again.filling) == 2


@pytest.mark.promise(3)
async def test_a_case_begins_in_the_second_edition_with_its_first_event_whenever_it_came(
    stock: Stock, hazards: Collection
) -> None:
    async def marked() -> tuple[int, int]:
        found = await read("hazards", hazards, ALL, newest=2, filled=False)
        for read_as, cases in found.cases.items():
            await mark(hazards, read_as, cases)
        return len(found.records), len(found.filling)

    await stock.add("hz_1", 2)
    await hazards.update_one({}, {"$set": {"published": 1}})
    assert await marked() == (1, 0)
    await stock.add("hz_2")
    assert await marked() == (1, 1)
    await stock.add("hz_2")
    assert await marked() == (1, 1)
    await stock.add("hz_1")
    await fill(stock)
    assert await marked() == (1, 3 + 2)


async def test_filling_goes_no_further_ahead_than_what_relays_send(stock: Stock, hazards: Collection) -> None:
    for n in range(3):
        await stock.add(f"hz_{n}")

    waiting = asyncio.create_task(come_down(hazards, 2))
    await asyncio.wait({waiting}, timeout=0.5)
    assert not waiting.done()
    await mark(hazards, Read(1), ["hz_0"])

    await eventually(waiting.done)


async def test_until_another_is_begun_the_first_edition_is_fed_alone(
    settings: Settings, stock: Stock, both: tuple[Fed, ...]
) -> None:
    assert await fed(stock.database, settings) == (Fed(Edition(1, settings.partitions)),)

    await feed(stock.database, both, begins=True)

    assert await fed(stock.database, settings) == both


@pytest.mark.promise(1)
async def test_relays_stand_still_for_as_long_as_asked_and_take_what_came_meanwhile_afterwards(
    settings: Settings, stock: Stock, published: Published
) -> None:
    only = (Fed(settings.edition),)

    async def still(which: str = "first") -> bool:
        leases = await stock.database["hazards_leases"].count_documents({"kind": "relay"})
        return leases == 2 and not await unaware(stock.database, "hazards", only, paused=which)

    async with relaying(settings, stock), relaying(settings, stock, "two"):
        # For longer than a busy machine takes to see it.
        await pause(stock.database, 300, "first")
        await eventually(still)
        await stock.add("hz_1")
        assert await stock.unpublished() == 1
        assert await still()
        await resume(stock.database)
        await eventually(stock.all_marked)
        # What was said of the first is not taken for the second; and whoever asked for this one has died.
        await pause(stock.database, 0.5, "second")
        assert not await still("second")
        await stock.add("hz_1")
        await eventually(stock.all_marked)
    await eventually(lambda: published.has(2))
    assert published.in_order(stock.versions)
