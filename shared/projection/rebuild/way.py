"""The way of a generation along the log: how far it is, and whether the log is the one that it needs."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from aiokafka import TopicPartition

from shared.projection.generation import Generation, Vector, dropped
from shared.projection.log import looking
from shared.projection.positions import Position, reached, stored
from shared.projection.rebuild.intent import Overtaken
from shared.settings import Settings

_LOOK_SECONDS = 0.2
# Without progress for so long, the log itself is looked at: it may lack what must come next.
_STALL_SECONDS = 10.0


class Step(StrEnum):
    """What a rebuild is at."""

    BUILD = "building"
    COMPARE = "comparing"
    FOLLOW = "following"


#: Hears of a step how much is done, of how much.
Told = Callable[[Step, int, int], None]


@dataclass(frozen=True, slots=True)
class Way:
    """The topics that the generations of a projection follow.

    Attributes:
        settings: where Kafka is.
        topics: what is followed, without the namespace.
        told: hears how far a generation is.
    """

    settings: Settings
    topics: tuple[str, ...]
    told: Told

    @property
    def partitions(self) -> list[TopicPartition]:
        """Return every partition that is followed."""
        names = [self.settings.topic(topic) for topic in self.topics]
        return [TopicPartition(name, n) for name in names for n in range(self.settings.partitions)]

    async def ends(self) -> Vector:
        """Return where the log ends now.

        Raises:
            KafkaError: Kafka does not answer.
        """
        async with looking(self.settings) as log:
            return await log.ends(self.partitions)

    async def whole(self) -> None:
        """See that the log has its beginning.

        Raises:
            Stopped: it has not, so nothing can be built from it.
            KafkaError: Kafka does not answer.
        """
        async with looking(self.settings) as log:
            await log.check({partition: Position() for partition in self.partitions})

    async def goes_on(self, generation: Generation) -> None:
        """See that the log is the one that a generation has read, and holds what it must read next.

        Raises:
            Stopped: it is not, or does not.
            KafkaError: Kafka does not answer.
        """
        async with looking(self.settings) as log:
            await log.prove(await stored(generation, self.partitions))

    async def come(self, generation: Generation, goal: Vector, step: Step) -> None:
        """Wait until a generation has come to ``goal``.

        Raises:
            Stopped: it cannot, since the log lacks what must come next.
            Overtaken: somebody has ended it.
            KafkaError: it does not move, and Kafka does not answer.
        """
        whole, furthest, moved = sum(goal.values()), -1, time.monotonic()
        while True:
            there = await reached(generation)
            done = whole - sum(max(offset - there.get(at, 0), 0) for at, offset in goal.items())
            self.told(step, done, whole)
            if done == whole:
                return
            if done > furthest:
                furthest, moved = done, time.monotonic()
            elif time.monotonic() - moved > _STALL_SECONDS:
                if await dropped(generation):
                    raise Overtaken("somebody else has ended this generation")
                await self.goes_on(generation)
                moved = time.monotonic()
            await asyncio.sleep(_LOOK_SECONDS)
