"""The topics grow only where nothing stands in the way of it, and say what does."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest

from deploy.operations import telling
from deploy.operations.editions import in_use, publishers
from deploy.operations.errors import NotNow
from deploy.operations.grow import Growing
from shared import mongo
from shared.edition import Edition
from shared.mongo import Client
from shared.relay.editions import Fed, fed, feed
from shared.relay.republish import begin, set_back
from shared.settings import Settings
from tests.integration.operations.conftest import Screen
from tests.integration.relay.conftest import Stock
from tests.support import eventually

SECOND = Edition(2, 5)


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    with closing(mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)) as connected:
        yield connected


@pytest.mark.promise(1)
async def test_nothing_grows_while_a_lost_log_is_not_whole_again(
    settings: Settings, client: Client, topics: list[str], screen: Screen
) -> None:
    assert topics
    growing = Growing(settings, client, screen.console)
    database = client[settings.database("suggestions")]
    await begin(database, "savings")

    with pytest.raises(NotNow, match="`nanxun republish savings`"):
        await growing.run(SECOND.partitions)

    assert await in_use(settings, client) == [settings.edition]
    # And where it was begun since the command has looked.
    with pytest.raises(NotNow, match="`nanxun republish savings`"):
        await growing._fill_one("suggestions", database, "savings")
    async for _ in set_back(database, await begin(database, "savings")):
        pass
    await growing._fill_one("suggestions", database, "savings")
    assert len(await fed(database, settings)) == 1


@pytest.mark.promise(1)
@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"partitions": 4}, "has 3 partitions where its edition of the log has 4"),
        # The broker of the tests has room for one.
        ({"replication": 0}, "set NANXUN_REPLICATION=1"),
    ],
)
async def test_nothing_grows_by_settings_that_are_not_those_of_the_log(
    settings: Settings, client: Client, screen: Screen, wrong: dict[str, int], sentence: str
) -> None:
    mistaken = settings.model_copy(update=wrong)

    with pytest.raises(NotNow, match=sentence):
        await Growing(mistaken, client, screen.console).run(SECOND.partitions)

    for database in publishers(settings, client).values():
        assert await fed(database, settings) == (Fed(settings.edition),)


async def test_what_has_grown_and_was_cleared_away_is_not_begun_again(
    settings: Settings, client: Client, screen: Screen
) -> None:
    for database in publishers(settings, client).values():
        await feed(database, (Fed(SECOND),))

    assert await Growing(settings, client, screen.console).run(SECOND.partitions) == 0

    assert "nothing is to be done" in screen.text
    assert "--rollback" not in screen.text


async def test_a_filling_that_nobody_sends_says_whom_it_waits_for(
    settings: Settings, client: Client, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "STILL_SECONDS", 0.2)
    database = client[settings.database("hazards")]
    await Stock(database).add("hz_1")
    await database["hazards"].update_one({}, {"$set": {"published": 1}, "$unset": {"unpublished_since": ""}})

    filling = asyncio.create_task(
        Growing(settings, client, screen.console)._fill_one("hazards", database, "hazards")
    )

    await eventually(lambda: "the relays of hazards have not sent" in screen.text)
    assert not filling.done()
    filling.cancel()
    await asyncio.wait([filling])
