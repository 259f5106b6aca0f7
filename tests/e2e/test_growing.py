"""The topics grow under load: nothing is lost, doubled or out of order, and the figures are right."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console

from deploy import identity
from deploy.local.addresses import Addresses
from deploy.operations.followed import followed
from deploy.operations.grow import Growing
from deploy.operations.looking import look
from deploy.operations.topics import dropped
from deploy.pilot.plan import Plan, plan
from deploy.pilot.replay import Replay
from deploy.pilot.story import of_long_ago, run
from deploy.stack import Part, Stack
from shared import mongo
from shared.edition import Edition
from shared.events.topology import SERVICES
from shared.kafka import producer
from shared.mongo import Client
from shared.projection.generation import current, generations
from shared.projection.positions import reached
from shared.projection.rebuild import intent
from shared.projection.rebuild.way import Way
from shared.settings import Settings
from shared.topics import absent
from tests.nanxun import nanxun
from tests.support import eventually

SECOND = Edition(2, 5)
# A partition that only that one has.
LAST = SECOND.partitions - 1
PATIENCE_SECONDS = 60.0
QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def small() -> Plan:
    return plan(scale=0.05)


@pytest.fixture
async def stack(settings: Settings, topics: list[str], addresses: Addresses) -> AsyncIterator[Stack]:
    assert topics
    identity.prepare(settings)
    async with Stack(of_long_ago(settings), addresses, standard_ports=False) as running:
        await running.join(Part("hazards", "relay", 2))
        yield running


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    with closing(mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)) as connected:
        yield connected


def first(part: float, of: Plan) -> Plan:
    return replace(of, requests=of.requests[: int(len(of.requests) * part)])


async def send_until(end: asyncio.Event, stack: Stack, small: Plan) -> None:
    """Send the second third step by step, with all before it again as clients do, until the event."""
    part = 1 / 3
    while not end.is_set():
        part = min(part + 0.02, 2 / 3)
        await Replay(stack, first(part, small), lambda _: None).run()


async def told(settings: Settings, topic: str) -> dict[str, list[int]]:
    """The sequences of every case of a topic, repeats dropped as consumers drop them."""
    cases: defaultdict[str, list[int]] = defaultdict(list)
    at = [TopicPartition(settings.topic(topic), n) for n in range(settings.partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka, auto_offset_reset="earliest") as consumer:
        ends = await consumer.end_offsets(at)
        consumer.assign(at)
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=50)).values():
                for record in records:
                    said = dict(record.headers)
                    case, sequence = said["ce_subject"].decode(), int(said["ce_sequence"])
                    if sequence > (cases[case] or [0])[-1]:
                        cases[case].append(sequence)
    return dict(cases)


@pytest.mark.promise(1, 2, 3)
async def test_topics_grow_under_load_and_every_case_is_whole_and_in_order_in_the_new_ones(
    stack: Stack, client: Client, small: Plan
) -> None:
    settings = stack.settings
    await Replay(stack, first(1 / 3, small), lambda _: None).run()
    growing = asyncio.Event()
    load = asyncio.create_task(send_until(growing, stack, small))

    # Interrupted twice, and a relay dies meanwhile.
    for seconds in (2, 8):
        with suppress(TimeoutError):
            await asyncio.wait_for(Growing(settings, client, QUIET).run(SECOND.partitions), seconds)
    await stack.kill("hazards", "relay")
    grown = asyncio.create_task(Growing(settings, client, QUIET).run(SECOND.partitions))
    await stack.restart("hazards", "relay")
    assert await grown == 0
    growing.set()
    await load
    # What is done is not done again.
    assert await Growing(settings, client, QUIET).run(SECOND.partitions) == 0
    await there_and_back(stack, small)
    for one in followed():
        of = one.database(settings, client)
        assert (await current(of, one.projection.name)).edition == SECOND
        await intent.end(of, one.projection.name, await generations(of, one.projection.name))
    assert await dropped(settings, QUIET) == 0
    await eventually(lambda: without(settings, 14))

    result = await run(stack, small)
    assert result.differences == []
    assert result.reading.on_the_way == 0
    second = settings.on(SECOND)
    for service, bus in SERVICES.items():
        for topic in bus.publishes:
            stored = client[settings.database(service)][topic].find({}, {"version": 1})
            versions = {row["_id"]: row["version"] async for row in stored}
            assert await told(second, topic) == {
                case: list(range(1, version + 1)) for case, version in versions.items()
            }
    await unreadable(settings)


async def without(settings: Settings, count: int) -> bool:
    """Whether so many topics are gone; a broker may list them for a moment after it has deleted them."""
    return len(await absent(settings)) == count


async def there_and_back(stack: Stack, small: Plan) -> None:
    """See that readers can go back to the first edition, which is fed on, and forth again."""
    for generation, option in ((1, "--rollback"), (2, "--forward")):
        await eventually(lambda: fed_on(stack.settings), deadline=PATIENCE_SECONDS)
        status, said = await nanxun(stack.settings, "rebuild", "figures", option)
        assert status == 0, said
        assert f"Generation {generation} is read now, 0 records behind." in said
        assert (await run(stack, small)).differences == []


async def fed_on(settings: Settings) -> bool:
    """Whether each generation of the figures has read all that its edition of the log has."""
    (of,) = (one for one in followed() if one.name == "reporting-figures")
    with closing(mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)) as client:
        database = of.database(settings, client)
        known = await generations(database, of.projection.name)
        for number in known.live:
            generation = known.generation(database, of.projection.name, number)
            way = Way(generation.on(settings), of.projection.topics, lambda *_: None)
            there = await reached(generation)
            assert {at: end for at, end in (await way.ends()).items() if there.get(at, 0) < end} == {}
    return True


async def unreadable(settings: Settings) -> None:
    """See that what nobody can read on a new partition is kept, listed and decided on as on any other."""
    async with producer(settings) as own:
        await own.send_and_wait(settings.on(SECOND).topic("savings"), b"rubbish", partition=LAST)
    await eventually(lambda: dead(settings, 1), deadline=PATIENCE_SECONDS)

    status, said = await nanxun(settings, "deadletters", "list")
    assert status == 0, said
    assert f"savings.e{SECOND.number}/{LAST}/" in said
    assert "1 open dead letters." in said
    assert (await nanxun(settings, "deadletters", "discard", "--all", "--yes"))[0] == 0
    await eventually(lambda: dead(settings, 0), deadline=PATIENCE_SECONDS)


async def dead(settings: Settings, count: int) -> bool:
    """Whether the table says so many open dead letters of the figures, and knows everything."""
    whole = await look(settings)
    assert whole.troubles == []
    assert [one.stopped for one in whole.read] == [{}] * len(whole.read)
    figures = next(one for one in whole.read if one.name == "reporting-figures")
    assert [of.dead for of in figures.topics if of.topic == "savings"] == [count]
    return True
