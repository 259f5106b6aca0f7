"""Reports, each read from one point in time, with what they rest on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pymongo.errors import PyMongoError

from services.reporting.domain.report import Totals
from services.reporting.store import areas, own
from services.reporting.store.areas import Groups
from services.reporting.store.provenance import Provenance
from services.reporting.store.reading import By, OwnBy, Range, Reading
from services.reporting.store.remembered import Remembered
from shared.errors import Unavailable
from shared.mongo import Client, Database, snapshot
from shared.projection.generation import current, dropped


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a range, of its groups by their keys, and what they rest on."""

    totals: Totals
    groups: Groups
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Reports:
    """Reads reports.

    Attributes:
        client: the connection to the database.
        database: the service's own.
        projection: the name of the projection that keeps the figures.
        remembered: totals that earlier reports have added up.
    """

    client: Client
    database: Database
    projection: str
    remembered: Remembered = field(default_factory=Remembered)

    async def area(self, area: str, span: Range, by: By | None) -> Report:
        """Return the report of an area.

        Raises:
            Unavailable: the store did not answer in time, or what was read was dropped meanwhile.
        """
        async with self.reading(span) as reading:
            totals, groups = await areas.read(reading, area, by)
            return Report(totals, groups, await _provenance(reading))

    async def enterprise(self, enterprise: str, span: Range, by: OwnBy | None) -> Report | None:
        """Return the report of an enterprise; None where reporting does not know it.

        Raises:
            Unavailable: the store did not answer in time, or what was read was dropped meanwhile.
        """
        async with self.reading(span) as reading:
            if not await own.known(reading, enterprise):
                return None
            totals, groups = await own.read(reading, enterprise, by)
            return Report(totals, groups, await _provenance(reading))

    @asynccontextmanager
    async def reading(self, span: Range) -> AsyncIterator[Reading]:
        """Open the generation that is read, at one point in time.

        Raises:
            Unavailable: as above; on leaving, where the generation was dropped since.
        """
        try:
            generation = await current(self.database, self.projection)
            async with snapshot(self.client) as session:
                yield Reading(generation, session, span, self.remembered)
            # Of a process that was frozen between its reads.
            if await dropped(generation):
                raise Unavailable("the read model was replaced while it was read")
        except PyMongoError as error:
            raise Unavailable("the store is away") from error


async def _provenance(reading: Reading) -> Provenance:
    return await Provenance.read(reading.generation, reading.session)
