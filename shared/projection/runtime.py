"""One projection in one process: feeds every generation of it that is live, side by side."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Generic

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.mongo import Client, Database
from shared.projection.decisions import Decisions
from shared.projection.feed import Feed
from shared.projection.generation import Generations, generations, on_the_cluster
from shared.projection.operators import follow
from shared.projection.records import Read, read
from shared.projection.spec import E, Projection, S
from shared.projection.watch import unwatched
from shared.settings import Settings
from shared.working import unending

log = structlog.get_logger()

# An operator's rebuild begins, and a switch counts, within about this.
_LOOK_SECONDS = 1.0
# A generation that is not read and has failed is begun again after this; what it met is a bug, which stays.
_AGAIN_SECONDS = 10.0


@dataclass(slots=True)
class _Fed(Generic[S, E]):
    feed: Feed[S, E]
    task: asyncio.Task[None]
    again: float | None = None


class Runtime(Generic[S, E]):
    """Runs a projection; run as many as there are partitions, under different NANXUN_INSTANCE names.

    Which generations there are stands in the database: a rebuild is made by all of these processes together,
    and goes on with those that are left.

    Args:
        settings: where Kafka is, and the name of this process.
        client: connected with the projections' time limit.
        database: the service's own.
        projection: what to run.
        read: how records are read.
    """

    def __init__(
        self,
        settings: Settings,
        client: Client,
        database: Database,
        projection: Projection[S, E],
        *,
        read: Read = read,
    ) -> None:
        self._settings = settings
        self._client = client
        self._database = database
        self._projection = projection
        self._read = read
        self._current: int | None = None
        self._fed: dict[int, _Fed[S, E]] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def ready(self) -> list[str]:
        """Say what keeps it from feeding what is read: servers that are away, or what stopped a lane."""
        fed = self._fed.get(self._current) if self._current is not None else None
        return fed.feed.troubles() if fed else ["Kafka or MongoDB"]

    def works(self, number: int = 1) -> bool:
        """Whether it has a partition of a generation."""
        return number in self._fed and bool(self._fed[number].feed.seats.seated)

    async def run(self) -> None:
        """Apply what comes until cancelled; what cannot be reached is waited for.

        A bug that ends the feeding of what is read ends this; one that ends another generation's does not.
        """
        unwatched(self._projection.name)
        decisions = Decisions(on_the_cluster(self._database.name, self._projection.name))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(unending(follow(decisions, self._settings)), name="decisions")
            try:
                while True:
                    await self._look(decisions)
                    await asyncio.sleep(_LOOK_SECONDS)
            finally:
                self._leave(self._fed.keys())
                if self._leaving:
                    await asyncio.wait(self._leaving)

    async def _look(self, decisions: Decisions) -> None:
        try:
            found = await generations(self._database, self._projection.name)
        except PyMongoError as error:
            # What is live stays so until it is told otherwise.
            log.warning("generations-wait", projection=self._projection.name, error=str(error)[:200])
        else:
            self._follow(found, decisions)
        read = self._fed.get(self._current) if self._current is not None else None
        if read is not None and read.task.done():
            read.task.result()

    def _follow(self, found: Generations, decisions: Decisions) -> None:
        """Begin to feed what has become live, tell each what it is, and end what is no longer live."""
        self._current = found.current
        self._leave(self._fed.keys() - found.live.keys())
        for number in found.live:
            fed = self._fed.get(number)
            if fed is None or self._begins_again(number, fed):
                fed = self._fed[number] = self._begun(number, found, decisions)
            fed.feed.take(found.standing(number))

    def _begun(self, number: int, found: Generations, decisions: Decisions) -> _Fed[S, E]:
        log.info("generation-begins", projection=self._projection.name, generation=number)
        generation = found.generation(self._database, self._projection.name, number)
        feed = Feed(
            generation.on(self._settings),
            self._client,
            self._projection,
            generation,
            decisions=decisions,
            read=self._read,
        )
        return _Fed(feed, asyncio.create_task(feed.run(), name=generation.group))

    def _begins_again(self, number: int, fed: _Fed[S, E]) -> bool:
        """Whether a generation that is not read, and that a bug has ended, is to be fed again by now."""
        if number == self._current or not fed.task.done():
            return False
        if fed.again is None:
            fed.again = monotonic() + _AGAIN_SECONDS
            bug = None if fed.task.cancelled() else fed.task.exception()
            log.error("generation-failed", projection=fed.feed.seats.label, exc_info=bug)
            metrics.projection_retries.labels(fed.feed.seats.label, "our-bug").inc()
        return monotonic() >= fed.again

    def _leave(self, numbers: Iterable[int]) -> None:
        """Feed these no longer; each ends what it is applying."""
        for number in list(numbers):
            log.info("generation-ends", projection=self._projection.name, generation=number)
            task = self._fed.pop(number).task
            task.cancel()
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
