"""A report is never read from a generation that is dropped under a reader who is slow."""

from collections.abc import AsyncIterator

import pytest

from services.reporting.bus import FIGURES
from services.reporting.store import own
from services.reporting.store.reading import Range
from services.reporting.store.reports import Reports
from shared import mongo
from shared.errors import Unavailable
from shared.projection.generation import generations
from shared.projection.rebuild import intent
from shared.settings import Settings

SPAN = Range(202601, 202612)


@pytest.fixture
async def reports(settings: Settings) -> AsyncIterator[Reports]:
    client = mongo.connect(settings.mongo)
    yield Reports(client, client[settings.database("reporting")], FIGURES.name)
    client.close()


async def switch(reports: Reports) -> None:
    known = await intent.begin(reports.database, FIGURES.name)
    await intent.switch(reports.database, FIGURES.name, known)


async def read_while_it_is_dropped(reports: Reports) -> None:
    async with reports.reading(SPAN) as reading:
        await switch(reports)
        await intent.end(reports.database, FIGURES.name, await generations(reports.database, FIGURES.name))
        # As empty as it is where it was dropped.
        assert not await own.known(reading, "nobody")


async def test_what_was_read_of_a_generation_that_is_gone_by_then_is_not_taken_for_nothing(
    reports: Reports,
) -> None:
    with pytest.raises(Unavailable):
        await read_while_it_is_dropped(reports)


async def test_what_was_read_of_a_generation_that_is_still_fed_holds_after_a_switch(reports: Reports) -> None:
    async with reports.reading(SPAN) as reading:
        await switch(reports)
        assert not await own.known(reading, "nobody")

    async with reports.reading(SPAN) as reading:
        assert reading.generation.number == 2
