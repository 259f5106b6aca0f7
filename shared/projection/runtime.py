"""One projection in one process: feeds every generation of it that is live, side by side."""

import asyncio
from dataclasses import dataclass
from typing import Generic

import structlog
from pymongo.errors import PyMongoError

from shared.mongo import Client, Database
from shared.projection.decisions import Decisions
from shared.projection.feed import Feed
from shared.projection.generation import Generation, Generations, generations, on_the_cluster
from shared.projection.records import Read, read
from shared.projection.spec import E, Projection, S
from shared.projection.watch import unwatched
from shared.settings import Settings

log = structlog.get_logger()

# An operator's rebuild begins, and a switch counts, within about this.
_LOOK_SECONDS = 1.0


@dataclass(slots=True)
class _Fed(Generic[S, E]):
    feed: Feed[S, E]
    task: asyncio.Task[None]


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

    async def ready(self) -> list[str]:
        """Say what keeps it from feeding what is read: servers that are away, or what stopped a lane."""
        fed = self._fed.get(self._current) if self._current is not None else None
        return fed.feed.troubles() if fed else ["Kafka or MongoDB"]

    def works(self, number: int = 1) -> bool:
        """Whether it has a partition of a generation."""
        return number in self._fed and bool(self._fed[number].feed.seats.seated)

    async def run(self) -> None:
        """Apply what comes until cancelled; what cannot be reached is waited for."""
        unwatched(self._projection.name)
        decisions = Decisions(on_the_cluster(self._database, self._projection.name))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(decisions.follow(self._settings), name="decisions")
            while True:
                try:
                    found = await generations(self._database, self._projection.name)
                except PyMongoError as error:
                    # What is live stays so until it is told otherwise.
                    log.warning("generations-wait", projection=self._projection.name, error=str(error)[:200])
                else:
                    self._follow(found, decisions, tasks)
                await asyncio.sleep(_LOOK_SECONDS)

    def _follow(self, found: Generations, decisions: Decisions, tasks: asyncio.TaskGroup) -> None:
        """Begin to feed what has become live, tell each what it is, and end what is no longer live."""
        self._current = found.current
        for number in self._fed.keys() - found.live.keys():
            log.info("generation-ends", projection=self._projection.name, generation=number)
            self._fed.pop(number).task.cancel()
        for number in found.live:
            standing = found.standing(number)
            if number not in self._fed:
                log.info("generation-begins", projection=self._projection.name, generation=number)
                edition = found.editions.get(number)
                generation = Generation(self._database, self._projection.name, number, edition)
                feed = Feed(
                    generation.on(self._settings),
                    self._client,
                    self._projection,
                    generation,
                    decisions=decisions,
                    read=self._read,
                )
                self._fed[number] = _Fed(feed, tasks.create_task(feed.run(), name=generation.group))
            self._fed[number].feed.take(standing)
