"""How many events and cases of a generation stand still, of the lanes that this process works."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from pymongo.errors import PyMongoError

from shared import metrics
from shared.projection import stuck
from shared.projection.documents import CASES
from shared.projection.seats import Seats
from shared.series import Series

# Whoever is called by an alert has that much time; each count reads an index that is nearly always empty.
_COUNT_SECONDS = 5.0


@dataclass(slots=True)
class Counts:
    """Counts what is held, what left a hole and what is parked.

    Attributes:
        seats: which lanes are worked here; whoever works the others counts there.
    """

    seats: Seats
    _held: Series = field(default_factory=lambda: Series(metrics.projection_held_events))
    _parked: Series = field(default_factory=lambda: Series(metrics.projection_parked_cases))
    _holes: Series = field(default_factory=lambda: Series(metrics.projection_holes))

    async def run(self) -> None:
        """Keep the counts true until cancelled; then they are another's to tell."""
        try:
            while True:
                # In a store that is away nothing changes.
                with suppress(PyMongoError):
                    await self._count()
                await asyncio.sleep(_COUNT_SECONDS)
        finally:
            for series in (self._held, self._parked, self._holes):
                series.clear()

    async def _count(self) -> None:
        lanes = {at.partition for at in self.seats.assigned()}
        found = await stuck.count(self.seats.generation.collection(CASES), lanes)
        self._held.show({(self.seats.label,): lambda: found.held})
        self._parked.show({(self.seats.label,): lambda: found.parked})
        self._holes.show({(self.seats.label,): lambda: found.holes})
