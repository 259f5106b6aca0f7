"""The collections of one generation of a projection, and how its documents are named."""

from dataclasses import dataclass
from zlib import crc32

from shared.mongo import Collection, Database


def hashed(identity: str) -> str:
    """Return a document id that begins with a hash of ``identity``.

    Open transactions that all insert at the right edge of an index stall each other; hashed ids spread them.
    """
    return f"{crc32(identity.encode()):08x}:{identity}"


def on_the_cluster(database: Database, projection: str) -> str:
    """Return the name by which dead letters and decisions know a projection, whatever its generation.

    It holds the name of the database too: several services may have a projection of one name.
    """
    return f"{database.name}-{projection}"


@dataclass(frozen=True, slots=True)
class Generation:
    """One build of a read model, from the beginning of the log; a rebuild makes the next beside it."""

    database: Database
    projection: str
    number: int

    def collection(self, name: str) -> Collection:
        """Return the generation's own collection ``name``."""
        return self.database[self.collection_name(name)]

    def collection_name(self, name: str) -> str:
        """Return how the generation's collection ``name`` is called."""
        return f"{self.projection}_{self.number}_{name}"


async def current(database: Database, projection: str) -> Generation:
    """Return the generation that is read and fed; the first one is named at the first call."""
    where = {"_id": projection}
    found = await database["generations"].find_one(where)
    if found is None:
        await database["generations"].update_one(where, {"$setOnInsert": {"current": 1}}, upsert=True)
        found = await database["generations"].find_one(where)
    return Generation(database, projection, found["current"])
