"""While two editions of the log are followed, what stands still in either is listed and decided on."""

from dataclasses import replace

import pytest
from aiokafka import TopicPartition

from deploy.operations.choosing import Choice, decide
from deploy.operations.editions import logs
from deploy.operations.followed import followed
from deploy.operations.letters import Filter, State
from deploy.operations.parked import parked
from shared.edition import Edition
from shared.events.topology import SERVICES
from shared.partition import partition
from shared.projection.documents import CASES, case_id
from shared.projection.generation import Generation, generations
from shared.projection.positions import stored
from shared.projection.rebuild import intent
from shared.relay.editions import Fed, feed
from shared.topics import provision
from tests.facts import records
from tests.integration.operations.conftest import KEY, PATIENCE_SECONDS, Screen
from tests.integration.operations.test_deadletters import found
from tests.integration.projection.conftest import Stage
from tests.integration.projection.test_decisions import older
from tests.support import eventually

SECOND = Edition(2, 5)
LANE = partition(KEY.encode(), SECOND.partitions)


async def grows(figures: Stage) -> Generation:
    """Have the log grow, and the next generation built from the new edition beside the one that is read."""
    await provision(figures.settings.on(SECOND))
    for service in (name for name, bus in SERVICES.items() if bus.publishes):
        both = Fed(figures.settings.edition), Fed(SECOND)
        await feed(figures.client[figures.settings.database(service)], both)
    known = await intent.begin(figures.database, figures.projection.name, edition=SECOND)
    return known.generation(figures.database, figures.projection.name, 2)


async def moved(figures: Stage, name: str, *, only: bool = False) -> None:
    """Have a projection read what follows the second edition; ``only`` that is fed on."""
    (one,) = (each for each in followed() if each.name == name)
    database, projection = one.database(figures.settings, figures.client), one.projection.name
    known = await generations(database, projection)
    if known.building is None:
        known = await intent.begin(database, projection, edition=SECOND)
    await intent.switch(database, projection, known)
    if only:
        await intent.end(database, projection, await generations(database, projection))


@pytest.mark.promise(4)
@pytest.mark.parametrize("back", [False, True])
async def test_a_letter_is_listed_and_decided_on_in_each_edition_that_is_followed(
    figures: Stage, screen: Screen, *, back: bool
) -> None:
    new, settings = await grows(figures), figures.settings
    if back:
        await moved(figures, "reporting-figures")
        known = await generations(figures.database, figures.projection.name)
        await intent.back(figures.database, figures.projection.name, known)
    at = TopicPartition(settings.on(SECOND).topic("hazards"), LANE)

    async def read() -> bool:
        return (await stored(new, [at]))[at].next == 3

    sent = records("hz_1", 1, 2, 3, enterprise=KEY)
    await figures.send(sent)
    await replace(figures, settings=settings.on(SECOND)).send(sent)
    async with figures.running(read=older):
        await eventually(lambda: figures.reaches("hazards", 0, 3), deadline=PATIENCE_SECONDS)
        await eventually(read, deadline=PATIENCE_SECONDS)
        assert {one.letter.topic for one in await found(settings)} == {settings.topic("hazards"), at.topic}

        every = Choice(State.DISCARDED, wanted=Filter())
        assert await decide(settings, every, screen.console, yes=True, wait=True) == 0

    assert "2 discarded, 0 refused." in screen.text
    assert "All of it is applied." in screen.text
    for generation in (figures.generation, new):
        case = await generation.collection(CASES).find_one({"_id": case_id(KEY, "hz_1")})
        assert case is not None
        assert (case["version"], case["discarded"]) == (3, [2])


async def test_an_edition_is_looked_at_for_as_long_as_a_generation_follows_it(figures: Stage) -> None:
    first = figures.settings.edition

    async def editions() -> list[Edition]:
        return [each.edition for each in await logs(figures.settings)]

    assert await editions() == [first]
    await grows(figures)
    assert await editions() == [first, SECOND]
    for one in followed():
        await moved(figures, one.name, only=one.name != "reporting-figures")
    assert await editions() == [first, SECOND]
    known = await generations(figures.database, figures.projection.name)
    await intent.end(figures.database, figures.projection.name, known)
    assert await editions() == [SECOND]


@pytest.mark.promise(4)
async def test_a_case_that_holds_nothing_is_released_in_the_edition_of_the_generation_that_is_read(
    figures: Stage,
) -> None:
    new, settings = await grows(figures), figures.settings
    case = {"_id": case_id(KEY, "hz_1"), "subject": "hz_1", "lane": 0, "version": 1, "parked": "a bug"}
    for generation in (figures.generation, new):
        stands = {"stuck": {"held": 0, "holes": 0, "parked": 1}}
        await generation.collection(CASES).insert_one(case | stands)

    async def topics() -> list[str]:
        return [one.topic async for one in parked(settings, figures.client, "figures")]

    topic = figures.projection.topics[0]
    assert await topics() == [settings.topic(topic)]
    await moved(figures, "reporting-figures")
    assert await topics() == [settings.on(SECOND).topic(topic)]
