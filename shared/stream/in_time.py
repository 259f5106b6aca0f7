"""A command's time against the store's: nothing is recorded in a past that was called complete."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo.errors import PyMongoError

from shared.clock import Clock
from shared.mongo import Database, answering
from shared.stream.command import Command
from shared.stream.store_clock import compare, heed, keep_to

# A part of the four seconds that the store allows at the least: a command that is refused so young was not
# slow. It lost a race, or our clock is behind the store's by seconds, which a look at that puts right.
_IN_TIME = timedelta(seconds=1)


@dataclass(slots=True)
class InTime:
    """Tells the time of commands.

    Attributes:
        database: the service's own.
        service: for the metrics.
        clock: by which a command that has waited is told.
    """

    database: Database
    service: str
    clock: Clock
    _horizon: datetime | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the clock to the store's while the block runs."""
        comparing = asyncio.create_task(keep_to(self.database, self.service, self.clock))
        try:
            yield
        finally:
            comparing.cancel()
            with suppress(asyncio.CancelledError):
                await comparing

    async def heeding(self, command: Command) -> Command:
        """Return the command, recorded after all that was called complete; looked up once for a process.

        Its own time was told before, perhaps by a clock that was behind: so was that of the others of its
        batch, and of one that arrived while another had it looked up.

        Raises:
            Unavailable: the store did not answer in time.
        """
        if self._horizon is None:
            with answering():
                self._horizon = await heed(self.database, self.clock)
        return command.again(self.clock.now()) if command.received_at < self._horizon else command

    async def again(self, command: Command) -> Command:
        """Return the command as of now: its write was refused, perhaps since it came too late."""
        if self.clock.now() - command.received_at < _IN_TIME:
            # Whoever is refused in spite of that has lost a race, or has a clock behind the store's.
            with suppress(PyMongoError):
                await compare(self.database, self.service, self.clock)
        return command.again(self.clock.now())
