"""The topics grow only where nothing stands in the way of it, and say what does."""

from contextlib import closing

import pytest

from deploy.operations.editions import in_use
from deploy.operations.errors import NotNow
from deploy.operations.grow import Growing
from shared import mongo
from shared.edition import Edition
from shared.relay.editions import fed
from shared.relay.republish import begin, set_back
from shared.settings import Settings
from tests.integration.operations.conftest import Screen

SECOND = Edition(2, 5)


@pytest.mark.promise(1)
async def test_nothing_grows_while_a_lost_log_is_not_whole_again(
    settings: Settings, topics: list[str], screen: Screen
) -> None:
    assert topics
    with closing(mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)) as client:
        growing = Growing(settings, client, screen.console)
        database = client[settings.database("suggestions")]
        await begin(database, "savings")

        with pytest.raises(NotNow, match="`nanxun republish savings`"):
            await growing.run(SECOND.partitions)

        assert await in_use(settings, client) == [settings.edition]
        # And where it was begun since the command has looked.
        with pytest.raises(NotNow, match="`nanxun republish savings`"):
            await growing._fill_one(database, "savings")
        async for _ in set_back(database, await begin(database, "savings")):
            pass
        await growing._fill_one(database, "savings")
        assert len(await fed(database, settings)) == 1
