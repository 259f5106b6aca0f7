"""One table says where everything stands, from the stores alone, and what is not known where one is away."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from deploy.local.mongod import ReplicaSet
from deploy.operations import lag, looking
from deploy.operations.lag import show
from deploy.operations.looking import look
from deploy.operations.standing import Applied, Published, Read, Whole
from shared import mongo
from shared.projection.watermarks import WATERMARKS
from shared.settings import Settings
from shared.stream.documents import UNPUBLISHED_INDEX, VALIDATOR
from tests.facts import records
from tests.integration.operations.conftest import KEY, PATIENCE_SECONDS, Screen, failing
from tests.integration.projection.conftest import Stage, enterprise
from tests.integration.projection.test_decisions import older
from tests.integration.projection.test_log import cut
from tests.integration.relay.conftest import Stock
from tests.integration.topics import made_anew
from tests.support import eventually

NOBODY = {
    "kafka": "127.0.0.1:1",
    "mongo": "mongodb://127.0.0.1:1/?directConnection=true&serverSelectionTimeoutMS=500",
}


def figures_of(whole: Whole) -> Read:
    return next(one for one in whole.read if one.name == "reporting-figures")


def hazards_of(whole: Whole) -> Applied:
    return next(one for one in figures_of(whole).topics if one.topic == "hazards")


async def test_what_is_not_applied_and_what_stands_still_is_told(figures: Stage) -> None:
    await figures.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    async with figures.running(read=older):
        await eventually(lambda: figures.reaches("hazards", 0, 3), deadline=PATIENCE_SECONDS)
    await figures.send(records("hz_2", 1, 2, 3, enterprise=KEY))
    async with figures.playing(fold=failing).running():
        await eventually(lambda: figures.reaches("hazards", 0, 6), deadline=PATIENCE_SECONDS)
    before = datetime.now(UTC)
    await figures.send(records("hz_3", 1, 2, enterprise=KEY))

    whole = await look(figures.settings)

    stands, hazards = figures_of(whole), hazards_of(whole)
    assert whole.troubles == []
    assert stands.stuck is not None
    assert (stands.stuck.parked, stands.stuck.held, stands.stuck.holes) == (1, 3, 1)
    assert stands.stopped == {}
    assert (hazards.lag, hazards.dead) == (2, 1)
    assert hazards.oldest is not None
    assert abs(hazards.oldest - before) < timedelta(seconds=PATIENCE_SECONDS)
    assert [one.lag for one in stands.topics if one.topic != "hazards"] == [0, 0, 0]


async def test_a_store_that_is_busy_for_longer_than_a_command_may_take_is_waited_for(
    settings: Settings, topics: list[str], store: ReplicaSet
) -> None:
    assert settings.topic("hazards") in topics
    member = store.members[0]

    member.freeze()
    looking = asyncio.create_task(look(settings.model_copy(update={"mongo": store.uri})))
    asyncio.get_running_loop().call_later(2 * mongo.COMMAND_TIMEOUT_MS / 1_000, member.thaw)

    assert (await looking).troubles == []


async def test_a_lane_that_cannot_go_on_is_named(figures: Stage) -> None:
    await figures.send(records("hz_1", 1, 2, 3, enterprise=KEY))
    await cut(figures, 2)

    whole = await look(figures.settings)

    assert figures_of(whole).stopped == {0: "log-gap"}


async def test_what_waits_for_kafka_and_the_last_word_of_its_service_are_told(
    figures: Stage, screen: Screen
) -> None:
    database = figures.client[figures.settings.database("hazards")]
    collection = await mongo.ensure_collection(database, "hazards", validator=VALIDATOR)
    await collection.create_index(**UNPUBLISHED_INDEX)
    await Stock(database).add("hz_1", 3)
    said = datetime.now(UTC) - timedelta(hours=3)
    await figures.database[WATERMARKS].insert_one({"service": "hazards", "before": said})

    assert await show(figures.settings, screen.console, watch=False) == 0

    line = next(line for line in screen.text.splitlines() if line.split()[:2] == ["hazards", "hazards"])
    assert line.split()[2] == "3"
    assert "3 h" in line


@pytest.mark.parametrize("away", NOBODY)
async def test_with_a_server_away_the_rest_is_told_and_what_is_not_known_is_named(
    figures: Stage, screen: Screen, away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "_PATIENCE_SECONDS", 3.0)
    settings: Settings = figures.settings.model_copy(update={away: NOBODY[away]})

    assert await show(settings, screen.console, watch=False) == 2

    whole = await look(settings)
    assert hazards_of(whole).lag is None
    assert (figures_of(whole).stuck is None) == (away == "mongo")
    assert (hazards_of(whole).dead is None) == (away == "kafka")
    assert "Not known: what " + ("Kafka" if away == "kafka" else "MongoDB") in screen.text
    assert "?" in screen.text


async def test_a_table_that_is_watched_names_who_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(file=StringIO(), width=200, height=10, force_terminal=True)

    async def away(_settings: Settings) -> Whole:
        return Whole([Published("hazards", "hazards") for _ in range(20)], [], troubles=["what Kafka knows"])

    def shown() -> bool:
        assert isinstance(terminal.file, StringIO)
        return "Not known: what Kafka knows." in terminal.file.getvalue()

    monkeypatch.setattr(lag, "look", away)
    watching = asyncio.create_task(lag.show(Settings(), terminal, watch=True))

    # Also where the terminal is too low for the table.
    await eventually(shown)
    watching.cancel()
    await asyncio.wait([watching])


async def test_lanes_whose_log_came_back_shorter_are_named_together(figures: Stage) -> None:
    other = enterprise(1, 3)
    await figures.send([*records("hz_1", 1, 2, 3, enterprise=KEY), *records("hz_2", 1, 2, enterprise=other)])
    async with figures.running():
        await eventually(lambda: figures.reaches("hazards", 0, 3))
        await eventually(lambda: figures.reaches("hazards", 1, 2))
    await made_anew(figures.settings, "hazards")

    whole = await look(figures.settings)

    assert whole.troubles == []
    assert figures_of(whole).stopped == {0: "other-log", 1: "other-log"}
