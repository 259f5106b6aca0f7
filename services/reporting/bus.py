"""The Kafka edge: what reporting follows, the projection that keeps the figures, and where the logs end."""

import asyncio
from dataclasses import dataclass

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from services.reporting import FOLLOWS
from services.reporting.domain.cells import Effect
from services.reporting.domain.fold import Case, fold
from services.reporting.store.cases import dump, load
from services.reporting.store.provenance import Partition
from services.reporting.store.rollups import BUCKETS, COUNTERS, INDEXES, MARKS
from services.reporting.store.writing import write
from shared.edition import Edition
from shared.events.base import Fact, Recorded
from shared.projection import Folded, Projection
from shared.projection.log import Log
from shared.settings import Settings

NAME = "figures"
# A report does not wait longer to learn what is still to come; it says that it does not know.
_PATIENCE_SECONDS = 1.0


def _fold(case: Case | None, event: Recorded[Fact]) -> Folded[Case, Effect]:
    after, effects = fold(case, event)
    return Folded(after, effects)


FIGURES: Projection[Case, Effect] = Projection(
    name=NAME,
    topics=FOLLOWS,
    fold=_fold,
    dump=dump,
    load=load,
    sink=write,
    collections=INDEXES,
    counters=COUNTERS,
    uncompared=frozenset({MARKS}),
    buckets=BUCKETS,
)


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the followed logs end, asked of Kafka for each report.

    Attributes:
        settings: where Kafka is.
        topics: what is followed, without the namespace.
        log: how Kafka is asked.
    """

    settings: Settings
    topics: tuple[str, ...]
    log: Log

    async def now(self, edition: Edition | None) -> dict[Partition, int] | None:
        """Return the end of each partition of an edition, of the first where none is named.

        None while Kafka does not answer.
        """
        settings = self.settings if edition is None else self.settings.on(edition)
        names = [settings.topic(topic) for topic in self.topics]
        at = [TopicPartition(name, number) for name in names for number in range(settings.partitions)]
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                ends = await self.log.ends(at)
                return {(found.topic, found.partition): end for found, end in ends.items()}
        except (KafkaError, TimeoutError):
            return None
