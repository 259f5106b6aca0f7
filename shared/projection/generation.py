"""The generations of a projection: which are fed, which one is read, and how their documents are named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zlib import crc32

from aiokafka import TopicPartition
from pymongo import ReturnDocument

from shared.edition import Edition
from shared.mongo import Collection, Database, Document
from shared.settings import Settings

GENERATIONS = "generations"

#: An offset for each partition.
Vector = dict[TopicPartition, int]


def hashed(identity: str) -> str:
    """Return a document id that begins with a hash of ``identity``.

    Open transactions that all insert at the right edge of an index stall each other; hashed ids spread them.
    """
    return f"{crc32(identity.encode()):08x}:{identity}"


def on_the_cluster(database: str, projection: str) -> str:
    """Return the name by which dead letters and decisions know a projection, whatever its generation.

    It holds the name of the database too: several services may have a projection of one name.
    """
    return f"{database}-{projection}"


@dataclass(frozen=True, slots=True)
class Generation:
    """One build of a read model, from the beginning of the log; a rebuild makes the next beside it."""

    database: Database
    projection: str
    number: int
    edition: Edition | None = None

    def on(self, settings: Settings) -> Settings:
        """Return the settings of the edition of the log that it follows; the first where none is known."""
        return settings if self.edition is None else settings.on(self.edition)

    @property
    def group(self) -> str:
        """Its consumer group: each generation has its own, so that one is fed beside the other."""
        name = on_the_cluster(self.database.name, self.projection)
        return name if self.number == 1 else f"{name}.{self.number}"

    def collection(self, name: str) -> Collection:
        """Return the generation's own collection ``name``."""
        return self.database[self.collection_name(name)]

    def collection_name(self, name: str) -> str:
        """Return how the generation's collection ``name`` is called."""
        return f"{self.projection}_{self.number}_{name}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a generation is at the moment.

    Attributes:
        current: it is the one that is read.
        until: where it must wait, by partition (a partition that is not named: at its beginning); None where
            it follows the log. Another generation has been there, and its dead letters are written.
    """

    current: bool = True
    until: Mapping[TopicPartition, int] | None = None

    def waits(self, at: TopicPartition, offset: int) -> bool:
        """Whether it must not read the record at ``offset``."""
        return self.until is not None and offset >= self.until.get(at, 0)


@dataclass(frozen=True, slots=True)
class Generations:
    """Every generation that is fed, and what becomes of it; one document, so that a switch is one write.

    Attributes:
        current: the one that is read.
        live: those that are fed, each with where it must wait (None: it follows the log).
        editions: of which edition of the log each of them is; the first where nothing is said.
        building: the one that a rebuild makes.
        previous: the one that was read before the last switch, while it is still fed.
        lost: the rebuild is of a log that was made again.
        last: the highest number that was ever given: a number is never given twice.
    """

    current: int = 1
    live: Mapping[int, Vector | None] = field(default_factory=lambda: {1: None})
    editions: Mapping[int, Edition] = field(default_factory=dict)
    building: int | None = None
    previous: int | None = None
    lost: bool = False
    last: int = 1

    @property
    def went_back(self) -> bool:
        """Whether an earlier one is read than was before; they are numbered as they are begun."""
        return self.previous is not None and self.current < self.previous

    @classmethod
    def read(cls, row: Document) -> "Generations":
        """Return what the document says; one of an older build names the current generation alone."""
        current = row["current"]
        live = {int(number): _vector(said.get("until")) for number, said in row.get("live", {}).items()}
        return cls(
            current,
            live if current in live else live | {current: None},
            {
                int(n): Edition(*said["edition"])
                for n, said in row.get("live", {}).items()
                if "edition" in said
            },
            row.get("building"),
            row.get("previous"),
            row.get("lost", False),
            int(row.get("last") or current),
        )

    def generation(self, database: Database, projection: str, number: int) -> Generation:
        """Return a generation by its number, with the edition of the log that it follows."""
        return Generation(database, projection, number, self.editions.get(number))

    def standing(self, number: int) -> Standing:
        """Return what a live generation is at the moment."""
        return Standing(number == self.current, self.live[number])


def _vector(rows: list[Document] | None) -> Vector | None:
    if rows is None:
        return None
    return {TopicPartition(row["topic"], row["partition"]): row["offset"] for row in rows}


async def generations(database: Database, projection: str) -> Generations:
    """Return the generations of a projection; the first one is named at the first call."""
    return Generations.read(await _row(database, projection, None))


async def current(database: Database, projection: str) -> Generation:
    """Return the generation that is read."""
    known = await generations(database, projection)
    return known.generation(database, projection, known.current)


async def dropped(generation: Generation) -> bool:
    """Whether the generation is fed no longer, and what was just read of it may be nothing for that alone.

    To be asked after the reading: MongoDB answers for a collection that is gone as if it were empty, also at
    a point in time at which it was there; and collections are deleted only after this was written.
    """
    return generation.number not in (await generations(generation.database, generation.projection)).live


async def _row(database: Database, projection: str, fields: Document | None) -> Document:
    where = {"_id": projection}
    found: Document | None = await database[GENERATIONS].find_one(where, fields)
    if found is None:
        first = {"$setOnInsert": {"current": 1}}
        # What the write itself answers: a read behind it may still show what was before, on a replica set.
        found = await database[GENERATIONS].find_one_and_update(
            where, first, fields, upsert=True, return_document=ReturnDocument.AFTER
        )
    assert found is not None, "it was there or was just made"
    return found
