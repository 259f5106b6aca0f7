"""A report is never read from a generation that is dropped under a reader who is slow."""

from collections.abc import AsyncIterator

import pytest
from pymongo.errors import OperationFailure

from services.reporting.bus import FIGURES
from services.reporting.store import own
from services.reporting.store.reading import Range, Reading
from services.reporting.store.reports import Reports
from shared import mongo
from shared.errors import Unavailable
from shared.projection.generation import generations
from shared.projection.rebuild import intent
from shared.settings import Settings

SPAN = Range(202601, 202612)


class Readers:
    """Reads reports, and switches readers while one is read so many times.

    Attributes:
        seen: the generations that were read.
    """

    def __init__(self, reports: Reports) -> None:
        self.reports = reports
        self.seen: list[int] = []

    async def switch(self) -> None:
        """Have the next generation read, and the one before dropped."""
        database, name = self.reports.database, FIGURES.name
        known = await intent.begin(database, name)
        await intent.switch(database, name, known)
        await intent.end(database, name, await generations(database, name))

    async def read(self, *, switched: int = 0) -> bool:
        """Whether the report knows an enterprise that there is not."""
        left = switched

        async def report(reading: Reading) -> bool:
            nonlocal left
            self.seen.append(reading.generation.number)
            if left:
                left -= 1
                await self.switch()
            # As empty as it is where it was dropped.
            return await own.known(reading, "nobody")

        return await self.reports.read(SPAN, report)


@pytest.fixture
async def readers(settings: Settings) -> AsyncIterator[Readers]:
    client = mongo.connect(settings.mongo)
    yield Readers(Reports(client, client[settings.database("reporting")], FIGURES.name))
    client.close()


async def test_what_was_read_of_a_generation_that_is_gone_by_then_is_read_again(readers: Readers) -> None:
    assert not await readers.read(switched=1)

    assert readers.seen == [1, 2]


async def test_after_a_switch_nothing_is_told_of_the_one_that_was_read_before(readers: Readers) -> None:
    await readers.read()
    await readers.switch()
    await readers.read()
    await readers.read()

    assert readers.seen == [1, 1, 2, 2]


async def test_whoever_meets_a_switch_each_time_is_told_to_come_again(readers: Readers) -> None:
    with pytest.raises(Unavailable):
        await readers.read(switched=3)


async def test_a_report_is_read_again_where_mongodb_has_just_changed_a_collection(readers: Readers) -> None:
    changes = [OperationFailure("pending collection catalog changes; please retry", 246)]

    async def report(_reading: Reading) -> str:
        if changes:
            raise changes.pop()
        return "read"

    assert await readers.reports.read(SPAN, report) == "read"
