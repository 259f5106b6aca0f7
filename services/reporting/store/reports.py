"""Reports, each read from one point in time, with what they rest on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pymongo.errors import OperationFailure

from services.reporting.domain.report import Totals
from services.reporting.store import areas, own
from services.reporting.store.areas import Groups
from services.reporting.store.provenance import Provenance
from services.reporting.store.reading import By, OwnBy, Range, Reading
from services.reporting.store.remembered import Remembered
from shared.edition import Edition
from shared.errors import Unavailable
from shared.mongo import Client, Database, answering, snapshot
from shared.projection import Generation
from shared.projection.generation import current

R = TypeVar("R")

# Nobody switches readers so often that one who is slow meets it each time.
_TRIES = 3
# SnapshotUnavailable: a collection or an index was made at that moment, as when the first projection starts.
_CATALOG_CHANGED = 246
_SOON_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a range, of its groups by their keys, and what they rest on."""

    totals: Totals
    groups: Groups
    provenance: Provenance


@dataclass(slots=True)
class Reports:
    """Reads reports.

    Attributes:
        client: the connection to the database.
        database: the service's own.
        projection: the name of the projection that keeps the figures.
        remembered: sums that earlier reports have added up.
    """

    client: Client
    database: Database
    projection: str
    remembered: Remembered = field(default_factory=Remembered)
    _current: Generation | None = None

    @property
    def edition(self) -> Edition | None:
        """Which edition of the log the figures rest on that were read last; None for the first."""
        return self._current.edition if self._current else None

    async def area(self, area: str, span: Range, by: By | None) -> Report:
        """Return the report of an area.

        Raises:
            Unavailable: the store did not answer in time, or readers were switched again and again.
        """

        async def report(reading: Reading) -> Report:
            totals, groups = await areas.read(reading, area, by)
            return Report(totals, groups, await _provenance(reading))

        return await self.read(span, report)

    async def enterprise(self, enterprise: str, span: Range, by: OwnBy | None) -> Report | None:
        """Return the report of an enterprise; None where reporting does not know it.

        Raises:
            Unavailable: as above.
        """

        async def report(reading: Reading) -> Report | None:
            if not await own.known(reading, enterprise):
                return None
            totals, groups = await own.read(reading, enterprise, by)
            return Report(totals, groups, await _provenance(reading))

        return await self.read(span, report)

    async def read(self, span: Range, report: Callable[[Reading], Awaitable[R]]) -> R:
        """Return what ``report`` reads of the generation that is read, at one point in time.

        It is the one that was read last; where that is it no longer, all is read again: whoever was frozen
        between two reads, or comes after a switch, may have read one that was dropped, which looks empty.
        So it is where MongoDB asks for that, since a collection of it was changed at this moment.

        Raises:
            Unavailable: as above.
        """
        with answering():
            for _ in range(_TRIES):
                generation = self._current or await current(self.database, self.projection)
                try:
                    async with snapshot(self.client) as session:
                        found = await report(Reading(generation, session, span, self.remembered))
                except OperationFailure as error:
                    if error.code != _CATALOG_CHANGED:
                        raise
                    await asyncio.sleep(_SOON_SECONDS)
                    continue
                self._current = await current(self.database, self.projection)
                if self._current.number == generation.number:
                    return found
        raise Unavailable("the read model was made or replaced while it was read")


async def _provenance(reading: Reading) -> Provenance:
    return await Provenance.read(reading.generation, reading.session)
