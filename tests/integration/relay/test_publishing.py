"""Everything that was stored reaches Kafka, in the order of its case, and is marked once acknowledged."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from shared.events.base import Recorded
from shared.events.wire import decode
from shared.partition import partition
from shared.relay import Relay
from shared.relay.editions import Fed
from shared.relay.republish import begin, set_back
from shared.relay.rounds import Read, Round, mark, read
from shared.relay.senders import Senders
from shared.relay.waiting import UNPUBLISHED
from shared.sender import NotSent
from shared.settings import Settings
from shared.stream.documents import SLOTS
from shared.stream.store_clock import STATEMENT, STATEMENTS
from tests.facts import event
from tests.integration.relay.conftest import Published, Stock
from tests.support import eventually

ALL = list(range(SLOTS))
REFUSED_SECONDS = 4.0


@asynccontextmanager
async def relaying(settings: Settings, stock: Stock, instance: str = "one") -> AsyncIterator[Relay]:
    """A relay that runs while the block does, and lets go of its leases as one that is told to stop."""
    named = settings.model_copy(update={"instance": instance})
    relay = Relay(named, stock.database, service="hazards", kinds=("hazards",))
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.promise(3)
async def test_what_was_stored_is_published_in_order_under_its_key_and_marked(
    settings: Settings, stock: Stock, published: Published
) -> None:
    for n in range(30):
        await stock.add(f"hz_{n}", 1 + n % 4, enterprise=f"E{n % 5}")

    async with relaying(settings, stock):
        await eventually(stock.all_marked)
        await stock.add("hz_7", 2, enterprise="E2")
        await eventually(stock.all_marked)

    await eventually(lambda: published.has(sum(stock.versions.values())))
    assert published.in_order(stock.versions)
    for record in published.records:
        decoded = decode(record.key, record.value, record.headers)
        assert isinstance(decoded, Recorded)
        assert decoded == event(decoded.subject, decoded.sequence, record.key.decode())
        assert record.partition == partition(record.key, settings.partitions)


@pytest.mark.promise(1)
async def test_a_document_that_moved_on_between_read_and_mark_is_published_later(
    settings: Settings, stock: Stock, published: Published
) -> None:
    await stock.add("hz_1")
    await stock.add("hz_2")
    collection = stock.database["hazards"]
    found = await read("hazards", collection, ALL)
    await stock.add("hz_1")

    for read_as, cases in found.cases.items():
        await mark(collection, read_as, cases)

    moved, whole = await collection.find().sort("_id").to_list(None)
    assert (moved["published"], "unpublished_since" in moved) == (1, True)
    assert (whole["published"], "unpublished_since" in whole) == (1, False)
    async with relaying(settings, stock):
        await eventually(stock.all_marked)
    await eventually(lambda: published.has(1))
    assert published.told() == {"hz_1": [2]}


@pytest.mark.promise(1)
async def test_a_document_that_waited_long_and_moved_on_is_published_at_once(
    settings: Settings, stock: Stock, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stock.add("hz_1")
    await stock.add("hz_2")
    long_ago = {"$set": {"unpublished_since": datetime.now(UTC) - timedelta(hours=1)}}
    await stock.database["hazards"].update_one({"_id": "hz_1"}, long_ago)
    # Its relays have spoken before: from the first look on they know the clock of the store.
    await stock.database[STATEMENTS].insert_one({"_id": STATEMENT, "sequence": 1})
    send = Senders.send

    async def meanwhile(self: Senders, found: Round, editions: tuple[Fed, ...]) -> None:
        await send(self, found, editions)
        if (
            "hz_1" in {case for cases in found.cases.values() for case in cases}
            and stock.versions["hz_1"] < 3
        ):
            await stock.add("hz_1")

    monkeypatch.setattr(Senders, "send", meanwhile)
    async with relaying(settings, stock):
        await eventually(stock.all_marked)

    await eventually(lambda: published.has(4))
    assert published.in_order({"hz_1": 3, "hz_2": 1})


@pytest.mark.promise(1, 5)
async def test_what_was_found_while_nothing_could_be_sent_is_found_again_however_old_it_is(
    settings: Settings, stock: Stock, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stock.add("hz_1", 2)
    refused, send = list[float](), Senders.send

    async def refuses(self: Senders, found: Round, editions: tuple[Fed, ...]) -> None:
        refused.append(time.monotonic())
        if refused[-1] - refused[0] < REFUSED_SECONDS:
            raise NotSent("nobody takes it")
        await send(self, found, editions)

    async with relaying(settings, stock):
        await eventually(stock.all_marked)
        # Later looks begin where this one ended; what is set back waits since its first event.
        await asyncio.sleep(2)
        monkeypatch.setattr(Senders, "send", refuses)
        async for _ in set_back(stock.database, await begin(stock.database, "hazards")):
            pass
        await eventually(stock.all_marked)

    await eventually(lambda: published.has(4))


@pytest.mark.promise(1)
async def test_a_crash_between_acknowledgement_and_mark_sends_again_and_loses_nothing(
    settings: Settings, stock: Stock, published: Published
) -> None:
    await stock.add("hz_1", 3)
    async with relaying(settings, stock):
        await eventually(stock.all_marked)
    unmarked = {"$set": {"published": 1, "unpublished_since": event("hz_1", 1).recorded_at}}
    await stock.database["hazards"].update_one({"_id": "hz_1"}, unmarked)

    async with relaying(settings, stock):
        await eventually(stock.all_marked)

    await eventually(lambda: published.has(5))
    assert [dict(r.headers)["ce_id"] for r in published.records] == [
        *(b"hz_1:1", b"hz_1:2", b"hz_1:3"),
        *(b"hz_1:2", b"hz_1:3"),
    ]
    assert published.in_order(stock.versions)


@pytest.mark.promise(1)
async def test_a_late_mark_takes_nothing_back(stock: Stock) -> None:
    await stock.add("hz_1", 3)
    collection = stock.database["hazards"]
    await mark(collection, Read(3), ["hz_1"])

    await mark(collection, Read(2), ["hz_1"])

    assert await stock.all_marked()


async def test_a_flag_that_nothing_is_behind_is_taken_away(
    settings: Settings, stock: Stock, topics: list[str]
) -> None:
    assert topics
    await stock.add("hz_1")
    await stock.database["hazards"].update_one({"_id": "hz_1"}, {"$set": {"published": 1}})

    async with relaying(settings, stock):
        await eventually(stock.all_marked)


async def test_only_the_slots_that_are_held_are_read(stock: Stock) -> None:
    for n in range(20):
        await stock.add(f"hz_{n}")

    halves = [await read("hazards", stock.database["hazards"], ALL[part::2]) for part in (0, 1)]

    told = [{dict(r.headers)["ce_subject"] for r in half.records} for half in halves]
    assert len(told[0] | told[1]) == 20
    assert not told[0] & told[1]
    assert (await read("hazards", stock.database["hazards"], [])).records == []


async def test_no_look_reads_what_is_published_already(stock: Stock) -> None:
    explained = await stock.database.command(
        "explain", {"find": "hazards", "filter": UNPUBLISHED}, verbosity="queryPlanner"
    )

    assert "COLLSCAN" not in str(explained["queryPlanner"]["winningPlan"])


@pytest.mark.promise(3)
async def test_relays_that_join_and_leave_keep_the_order_and_lose_nothing(
    settings: Settings, stock: Stock, published: Published
) -> None:
    async def write() -> None:
        for _ in range(40):
            for n in range(12):
                await stock.add(f"hz_{n}", enterprise=f"E{n}")

    async with relaying(settings, stock, "one"), relaying(settings, stock, "two"):
        writing = asyncio.create_task(write())
        async with relaying(settings, stock, "three"):
            await eventually(lambda: all_have_a_share(stock, 3))
        await writing
        await eventually(stock.all_marked)

    await eventually(lambda: published.has(sum(stock.versions.values())))
    assert published.in_order(stock.versions)


async def all_have_a_share(stock: Stock, relays: int) -> bool:
    owners = await stock.database["hazards_leases"].distinct("instance", {"kind": "slot"})
    return len([owner for owner in owners if owner]) == relays
