"""What a projection keeps of a service's words in MongoDB: few of them, and none that is void."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from shared.events.watermarks import NOTHING, PublishedBefore
from shared.mongo import Database, Document
from shared.projection import positions
from shared.projection.generation import current
from shared.projection.watermarks import WATERMARKS, every_word, reached

# How far apart those are kept that a projection may still have before it, as a share of their age.
_SPREAD = 0.1
# Other instances thin the same list: what it holds is looked at again after so many of our own.
_RELOAD = 60


def thinned(times: list[datetime]) -> list[datetime]:
    """Return those of ``times``, in their order, that need not be kept.

    What stays lies no further apart than a tenth of its age: the list grows with the logarithm of its span.
    """
    if len(times) < 3:  # noqa: PLR2004 - a first and a last stay
        return []
    newest, kept, dropped = times[-1], times[0], []
    for at, following in pairwise(times[1:]):
        if following - kept <= (newest - following) * _SPREAD:
            dropped.append(at)
        else:
            kept = at
    return dropped


@dataclass(slots=True)
class KeptWords:
    """The words of one service; several instances may keep the same list side by side.

    Attributes:
        database: the database of the service that reads.
        projection: its projection, whose positions say which word reports speak of.
        service: whose words they are.
        sequence: of the last word that was heard.
        epoch: the highest that was heard; a service that publishes anew begins another.
    """

    database: Database
    projection: str
    service: str
    sequence: int = 0
    epoch: int = 0
    # Before when all is published, by each word that is kept, with its sequence.
    _times: dict[datetime, int] = field(default_factory=dict)
    _since_load: int = _RELOAD

    @property
    def newest(self) -> datetime:
        """The latest time that a word is kept of; ``NOTHING`` where none is."""
        return max(self._times, default=NOTHING)

    async def load(self) -> None:
        """Read the list; other instances change it too."""
        rows = await self.database[WATERMARKS].find({"service": self.service}).sort("before", 1).to_list(None)
        self._times = {row["before"]: row["sequence"] for row in rows}
        self.sequence = max([self.sequence, *self._times.values()])
        self.epoch = max([self.epoch, *(row.get("epoch", 0) for row in rows)])
        self._since_load = 0

    async def lacks(self, word: PublishedBefore) -> bool:
        """Whether a word says more than what was heard before it, here or by another instance."""
        if self._since_load >= _RELOAD:
            await self.load()
        return word.sequence > self.sequence and word.epoch >= self.epoch

    async def void(self, word: PublishedBefore) -> None:
        """Drop what the service said before it published anew, and beyond what it says now."""
        if word.epoch <= self.epoch and self.newest <= word.before:
            return
        void: list[Document] = [{"before": {"$gt": word.before}}]
        if word.epoch:
            void.append({"epoch": {"$not": {"$gte": word.epoch}}})
        await self.database[WATERMARKS].delete_many({"service": self.service, "$or": void})
        await self.load()

    async def add(self, word: PublishedBefore, ends: list[Document]) -> None:
        """Keep a word with the ends that its topics had, and of those before it no more than are needed."""
        row = {
            "service": word.service,
            "sequence": word.sequence,
            "before": word.before,
            "topics": ends,
            "epoch": word.epoch,
        }
        where = {"_id": f"{word.service}:{word.sequence}"}
        await self.database[WATERMARKS].update_one(where, {"$setOnInsert": row}, upsert=True)
        self._times[word.before] = word.sequence
        self._since_load += 1
        await self._thin()

    async def _thin(self) -> None:
        """Keep few of them; but never without the one that reports speak of now, which would go back."""
        if gone := thinned(sorted(self._times)):
            read = await positions.reached(await current(self.database, self.projection))
            told = reached(await every_word(self.database, None, self.service), read)
            await self._drop([at for at in gone if at != told])

    async def _drop(self, times: list[datetime]) -> None:
        if times:
            ids = [f"{self.service}:{self._times[at]}" for at in times]
            await self.database[WATERMARKS].delete_many({"_id": {"$in": ids}})
            for at in times:
                del self._times[at]
