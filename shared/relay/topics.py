"""Whether a service's own topics are as they were promised; seen at the start, and each minute."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from aiokafka.errors import KafkaError

from shared import metrics
from shared.edition import Edition
from shared.settings import Settings
from shared.topic_faults import WHATS
from shared.topics import wrong

log = structlog.get_logger()

# Topics are changed by hand: who did it hears of it while still at it.
_EVERY_SECONDS = 60.0
_RETRY_SECONDS = 2.0
# At the start, until the store has said which editions there are.
_UNKNOWN_SECONDS = 0.1


@dataclass(slots=True)
class Topics:
    """Watches the topics of a service.

    Attributes:
        settings: where Kafka is, and how topics should be.
        kinds: the topics, without the namespace.
        editions: of the log, that the service feeds; none until that is known.
        looked: whether they were looked at, or it was tried.
    """

    settings: Settings
    kinds: tuple[str, ...]
    editions: Callable[[], Sequence[Edition]]
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    _split: frozenset[str] = frozenset()

    def takes(self, kind: str) -> bool:
        """Whether a topic may be published to: with another number of partitions it may not.

        Cases would lie in other lanes than on every other topic; until it is made anew, the store keeps them.
        Whatever else is wrong endangers the log, which can be made again, and no figure: it is only told.
        """
        return kind not in self._split

    def troubles(self) -> list[str]:
        """Say what stands still."""
        return ["wrong-topic"] if self._split else []

    async def run(self) -> None:
        """Look until cancelled; a Kafka that is away is waited for."""
        while True:
            if not self.editions():
                await asyncio.sleep(_UNKNOWN_SECONDS)
                continue
            try:
                await self._look()
            except KafkaError as error:
                log.warning("topics-unknown", error=str(error)[:200])
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                await asyncio.sleep(_RETRY_SECONDS if self._split else _EVERY_SECONDS)

    async def _look(self) -> None:
        try:
            every = [self.settings.on(edition) for edition in self.editions()]
            found = [fault for settings in every for fault in await wrong(settings, self.kinds)]
        finally:
            self.looked.set()
        for fault in found:
            log.error("wrong-topic", topic=fault.topic, what=fault.what, detail=fault.sentence)
        here = {(fault.topic, fault.what) for fault in found}
        for kind in self.kinds:
            for what in WHATS:
                is_wrong = any((settings.topic(kind), what) in here for settings in every)
                metrics.topic_wrong.labels(kind, what).set(is_wrong)
        split = {topic for topic, what in here if what == "partitions"}
        self._split = frozenset(
            kind for kind in self.kinds if any(settings.topic(kind) in split for settings in every)
        )
