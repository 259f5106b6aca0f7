"""The collections of a generation: made before its first record, dropped after its last."""

import re

from shared.mongo import Database, ensure_collection
from shared.projection import stuck
from shared.projection.generation import Generation
from shared.projection.positions import POSITIONS
from shared.projection.spec import E, Indexes, Projection, S
from shared.projection.unit import CASES


def collections(projection: Projection[S, E]) -> dict[str, Indexes]:
    """Return the collections of each generation, with their indexes."""
    return {CASES: (), POSITIONS: ()} | dict(projection.collections)


async def prepare(generation: Generation, projection: Projection[S, E]) -> None:
    """Make every collection and index of a generation; they exist before its first record."""
    for name, indexes in collections(projection).items():
        collection = await ensure_collection(generation.database, generation.collection_name(name))
        for keys in indexes:
            await collection.create_index(keys)
    await stuck.index(generation.collection(CASES))


async def dropped(database: Database, projection: str, live: set[int]) -> list[str]:
    """Drop every collection of a generation that is not ``live``, and return their names.

    Also what an earlier call left, or a process that had not heard of the end of its generation.
    """
    of = re.compile(rf"{re.escape(projection)}_(\d+)_")
    gone = [
        name
        for name in sorted(await database.list_collection_names())
        if (found := of.match(name)) and int(found[1]) not in live
    ]
    for name in gone:
        await database.drop_collection(name)
    return gone
