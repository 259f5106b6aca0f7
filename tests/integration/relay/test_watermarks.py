"""A service's statement about the past is true for all of it: whatever waits, whoever looks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.testing import capture_logs

from shared.events.watermarks import PublishedBefore, decode
from shared.relay.republish import begin, set_back
from shared.relay.watermarks import Watermarks
from shared.settings import Settings
from shared.stream.documents import LONGEST_COMMAND
from shared.stream.store_clock import STATEMENT, STATEMENTS
from tests.facts import NOON
from tests.integration.relay.conftest import Stock
from tests.integration.relay.test_publishing import relaying
from tests.support import eventually


@pytest.fixture
async def heard(settings: Settings, topics: list[str]) -> AsyncIterator[AIOKafkaConsumer]:
    assert settings.topic("watermarks") in topics
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(settings.topic("watermarks"), 0)])
        yield consumer


@pytest.fixture
async def speaker(settings: Settings, stock: Stock) -> AsyncIterator[Watermarks]:
    said = Watermarks(settings, stock.database, "hazards", ("hazards",))
    yield said
    await said._sender.close()


async def word(consumer: AIOKafkaConsumer) -> PublishedBefore:
    """The last that is heard by now."""
    return (await words(consumer))[-1]


async def words(consumer: AIOKafkaConsumer, *, until: int = 1) -> list[PublishedBefore]:
    """What is heard until a statement of this sequence."""
    found: list[PublishedBefore] = []

    async def some() -> bool:
        for records in (await consumer.getmany(timeout_ms=50)).values():
            said = (decode(record.value, record.headers) for record in records)
            found.extend(each for each in said if each is not None)
        return bool(found) and found[-1].sequence >= until

    await eventually(some)
    return found


async def waits_since(stock: Stock, case: str, since: datetime) -> None:
    await stock.database["hazards"].update_one({"_id": case}, {"$set": {"unpublished_since": since}})


async def test_with_nothing_waiting_all_is_published_that_no_command_can_still_bring(
    speaker: Watermarks, heard: AIOKafkaConsumer
) -> None:
    await speaker.say()
    began = datetime.now(UTC)
    await speaker.say()

    said = await word(heard)

    assert (said.service, said.sequence, said.topics) == ("hazards", 2, ("hazards",))
    assert timedelta() < began - said.before - LONGEST_COMMAND < timedelta(seconds=5)


async def test_what_waits_holds_it_back_whichever_slot_it_is_of(
    speaker: Watermarks, stock: Stock, heard: AIOKafkaConsumer
) -> None:
    await stock.add("hz_1")
    await stock.add("hz_2")
    since = datetime.now(UTC) - timedelta(minutes=5)
    await waits_since(stock, "hz_2", since)

    await speaker.say()
    await speaker.say()

    assert abs((await word(heard)).before - since) < timedelta(milliseconds=1)


async def test_what_comes_as_late_as_it_may_holds_it_back_though_the_looks_before_went_past_it(
    speaker: Watermarks, stock: Stock, heard: AIOKafkaConsumer
) -> None:
    for _ in range(3):
        await speaker.say()
    # What was stated before the last look: nothing older can come after it.
    late = (await words(heard, until=3))[-1].before
    await stock.add("hz_1")
    await waits_since(stock, "hz_1", late)

    await speaker.say()

    assert (await words(heard, until=4))[-1].before == late


async def test_what_waits_goes_on_holding_it_back_when_it_is_old(
    speaker: Watermarks, stock: Stock, heard: AIOKafkaConsumer
) -> None:
    await stock.add("hz_1")
    await waits_since(stock, "hz_1", since := datetime.now(UTC) - timedelta(minutes=5))

    for _ in range(4):
        await speaker.say()

    assert {each.before - since < timedelta(milliseconds=1) for each in await words(heard, until=4)} == {True}


async def test_what_is_set_back_between_two_looks_holds_it_back_at_the_next(
    speaker: Watermarks, stock: Stock, heard: AIOKafkaConsumer
) -> None:
    await stock.add("hz_1")
    await stock.database["hazards"].update_one(
        {"_id": "hz_1"}, {"$set": {"published": 1}, "$unset": {"unpublished_since": ""}}
    )
    for _ in range(3):
        await speaker.say()

    async for _ in set_back(stock.database, await begin(stock.database, "hazards")):
        pass
    for _ in range(2):
        await speaker.say()

    # Its event was recorded then; no word of the new epoch may go beyond it.
    anew = [each.before - NOON < timedelta(seconds=2) for each in await words(heard, until=5) if each.epoch]
    assert anew
    assert all(anew)


async def test_with_the_clock_of_the_store_set_back_whatever_waits_is_looked_for(
    speaker: Watermarks, stock: Stock, heard: AIOKafkaConsumer
) -> None:
    for _ in range(3):
        await speaker.say()
    ahead = datetime.now(UTC) + timedelta(hours=1)
    await stock.database[STATEMENTS].update_one({"_id": STATEMENT}, {"$set": {"horizon": ahead}})
    await speaker.say()
    await stock.add("hz_1")

    await speaker.say()

    assert (await words(heard, until=5))[-1].before < datetime.now(UTC)


async def test_a_store_whose_clock_is_set_back_takes_nothing_back(
    speaker: Watermarks, stock: Stock, heard: AIOKafkaConsumer
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    await speaker.say()
    await stock.database[STATEMENTS].update_one({"_id": STATEMENT}, {"$set": {"horizon": ahead}})
    await speaker.say()
    await speaker.say()

    async def holds() -> bool:
        return abs((await word(heard)).before - ahead) < timedelta(milliseconds=1)

    await eventually(holds)


async def test_who_speaks_again_after_another_never_takes_back_what_that_one_said(
    settings: Settings, speaker: Watermarks, stock: Stock, heard: AIOKafkaConsumer
) -> None:
    other = Watermarks(settings, stock.database, "hazards", ("hazards",))
    ahead = datetime.now(UTC) + timedelta(hours=1)
    await speaker.say()
    await speaker.say()
    await stock.database[STATEMENTS].update_one({"_id": STATEMENT}, {"$set": {"horizon": ahead}})
    await other.say()
    await other.say()
    said = (await words(heard, until=4))[-1]

    # As a relay that was frozen, or held other slots meanwhile.
    await speaker.say()
    await speaker.say()
    again = await words(heard, until=6)
    await other._sender.close()

    assert said.before - ahead > -timedelta(milliseconds=1)
    assert min(each.before for each in again) >= said.before


async def test_of_several_relays_one_speaks_and_another_goes_on_when_it_leaves(
    settings: Settings, stock: Stock, heard: AIOKafkaConsumer
) -> None:
    async with relaying(settings, stock, "two"):
        async with relaying(settings, stock, "one"):
            first = await word(heard)
        later = first

        async def goes_on() -> bool:
            nonlocal later
            later = await word(heard)
            return later.before > first.before + timedelta(seconds=2)

        await eventually(goes_on)
    assert later.sequence > first.sequence


async def test_a_relay_that_kafka_does_not_hear_says_so(settings: Settings, stock: Stock) -> None:
    nobody = settings.model_copy(update={"kafka": "127.0.0.1:1"})

    with capture_logs() as lines:
        speaking = asyncio.create_task(
            Watermarks(nobody, stock.database, "hazards", ("hazards",)).run(lambda: True)
        )
        try:
            said = await eventually(lambda: [line for line in lines if line["event"] == "watermark-waits"])
        finally:
            speaking.cancel()
            await asyncio.wait({speaking})

    assert said[0].items() >= {"service": "hazards", "error": "NotSent", "log_level": "warning"}.items()
