"""The operator's command on the services as they run: every read model is built anew, and says the same."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from deploy import identity
from deploy.local.addresses import Addresses
from deploy.operations.followed import followed
from deploy.pilot.plan import plan
from deploy.pilot.replay import Replay
from deploy.pilot.story import of_long_ago, run
from deploy.stack import Stack
from services.reporting.domain.figures import Flow
from services.reporting.domain.rollups import TOTAL, Level
from shared import mongo
from shared.mongo import Database
from shared.projection.generation import current
from shared.settings import Settings
from tests.nanxun import nanxun

LOAD_SECONDS = 900.0


@pytest.fixture
async def stack(settings: Settings, topics: list[str], addresses: Addresses) -> AsyncIterator[Stack]:
    assert topics
    identity.prepare(settings)
    async with Stack(of_long_ago(settings), addresses, standard_ports=False) as running:
        yield running


@pytest.mark.promise(7)
async def test_every_read_model_is_rebuilt_by_the_command_under_load_and_no_figure_changes(
    stack: Stack,
) -> None:
    small = plan(scale=0.02)
    half = replace(small, requests=small.requests[: len(small.requests) // 2])
    await Replay(stack, half, lambda _: None).run()

    async with asyncio.timeout(LOAD_SECONDS), asyncio.TaskGroup() as load:
        load.create_task(Replay(stack, small, lambda _: None).run())
        for one in followed():
            status, said = await nanxun(stack.settings, "rebuild", one.name)
            assert status == 0, said
            assert " 0 fields differ." in said

    assert (await run(stack, small)).differences == []
    client = mongo.connect(stack.settings.mongo)
    try:
        for one in followed():
            database = one.database(stack.settings, client)
            assert (await current(database, one.projection.name)).number == 2
        await wrong_figure(stack, client[stack.settings.database("reporting")])
    finally:
        client.close()
    assert (await run(stack, small)).differences == []


async def wrong_figure(stack: Stack, database: Database) -> None:
    """See that a figure that the log does not bear out is told, and put right when that is wanted."""
    status, said = await nanxun(stack.settings, "rebuild", "figures")
    assert (status, "still fed" in said) == (2, True), said
    assert (await nanxun(stack.settings, "rebuild", "figures", "--drop"))[0] == 0
    reported = f"{TOTAL}.{Flow.HAZARDS_REPORTED}"
    wrong = await database["figures_2_rollups"].update_one(
        {"level": Level.NATION, reported: {"$gt": 0}}, {"$inc": {reported: 1}}
    )
    assert wrong.modified_count == 1

    status, said = await nanxun(stack.settings, "rebuild", "figures")
    assert (status, " 1 fields differ." in said) == (1, True), said
    assert reported in said

    status, said = await nanxun(stack.settings, "rebuild", "figures", "--accept-differences")
    assert status == 0, said
    assert "going on with generation 3" in said
