"""A move to another edition that cannot go on ends by name, with readers where they are."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from pymongo.errors import AutoReconnect

from deploy.local.mongod import ReplicaSet
from deploy.operations import moving
from deploy.operations.errors import NotNow
from deploy.operations.followed import Followed
from deploy.operations.moving import Moving, _keep
from shared.edition import Edition
from shared.mongo import Database
from shared.projection.generation import generations
from shared.projection.rebuild import intent, way
from shared.relay.editions import PAUSE, pause
from shared.settings import Settings
from shared.stream.store_clock import STATEMENTS
from shared.topics import provision
from tests.facts import records
from tests.integration.failing import refusing
from tests.integration.operations.conftest import Screen
from tests.integration.projection.conftest import SERVICE, Stage, enterprise, stage_on
from tests.integration.projection.test_log import cut
from tests.integration.projection.test_short_history import forgotten
from tests.support import eventually

SECOND = Edition(2, 5)
PATIENCE_SECONDS = 60.0


@dataclass
class Mover:
    """The move of a stage's projection, of which no process runs: what is on its log is never read."""

    stage: Stage
    screen: Screen

    async def run(self) -> bool:
        """Move it, as an operator has it done."""
        of = Followed(SERVICE, self.stage.projection)
        settings, client = self.stage.settings, self.stage.client
        return await Moving(settings, client, of, SECOND, self.screen.console).run(accept=False)

    async def reads(self) -> int:
        """Return the number of the generation that is read."""
        return (await generations(self.stage.database, self.stage.projection.name)).current


@pytest.fixture
async def mover(settings: Settings, topics: list[str], screen: Screen) -> AsyncIterator[Mover]:
    assert settings.topic("hazards") in topics
    # The topics of the second edition are in the namespace, and go with the others.
    await provision(settings.on(SECOND))
    async with stage_on(settings) as stage:
        yield Mover(stage, screen)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "_STALL_SECONDS", 0.5)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("edition", "sentence"),
    [
        (None, "Generation 1 of reporting-tales, which is read, cannot go on"),
        (SECOND, "is built cannot go on"),
    ],
)
async def test_a_generation_whose_log_lacks_what_comes_next_ends_the_move_by_name(
    mover: Mover, edition: Edition | None, sentence: str
) -> None:
    settings = mover.stage.settings if edition is None else mover.stage.settings.on(edition)
    on_its_log = replace(mover.stage, settings=settings)
    key = enterprise(0, settings.partitions)
    await on_its_log.send(records("hz_1", 1, 2, enterprise=key))
    await cut(on_its_log, 1)

    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(NotNow, match=f"{sentence}.*log-gap: "):
            await mover.run()

    assert await mover.reads() == 1


@pytest.mark.usefixtures("impatient")
async def test_a_move_that_somebody_else_has_ended_says_so(mover: Mover) -> None:
    on_its_log = replace(mover.stage, settings=mover.stage.settings.on(SECOND))
    await on_its_log.send(records("hz_1", 1, enterprise=enterprise(0, SECOND.partitions)))
    database, name = mover.stage.database, mover.stage.projection.name
    moving = asyncio.create_task(mover.run())

    async def ended() -> bool:
        known = await generations(database, name)
        assert known.building == 2
        await intent.end(database, name, known)
        return True

    async with asyncio.timeout(PATIENCE_SECONDS):
        await eventually(ended)
        with pytest.raises(NotNow, match="Somebody else changed the generations of reporting-tales"):
            await moving


async def test_a_comparison_that_mongodb_forgot_is_made_again_or_the_remedy_is_said(
    settings: Settings, topics: list[str], store: ReplicaSet, screen: Screen
) -> None:
    assert settings.topic("hazards") in topics
    await provision(settings.on(SECOND))
    async with stage_on(settings.model_copy(update={"mongo": store.uri})) as stage:
        mover = Mover(stage, screen)
        async with refusing(stage.client, "find", forgotten(stage)):
            with pytest.raises(NotNow, match="minSnapshotHistoryWindowInSeconds"):
                await mover.run()
        assert await mover.reads() == 1

        async with refusing(stage.client, "find", forgotten(stage), times=1):
            assert await mover.run()
        assert await mover.reads() == 2


async def test_relays_stand_still_on_though_the_store_was_away_when_they_were_told(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_PAUSE_SECONDS", 0.3)
    tell, refused = pause, list[str]()

    async def away_at_first(database: Database, seconds: float, token: str) -> None:
        if not refused:
            refused.append(token)
            raise AutoReconnect("away")
        await tell(database, seconds, token)

    async def asked() -> bool:
        statement = await mover.stage.database[STATEMENTS].find_one({f"{PAUSE}.token": "a-token"})
        return statement is not None

    monkeypatch.setattr(moving, "pause", away_at_first)
    keeping = asyncio.create_task(_keep([mover.stage.database], "a-token"))
    try:
        await eventually(asked)
    finally:
        keeping.cancel()
    assert refused
