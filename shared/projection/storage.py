"""The collections of a generation: made before its first record, dropped after its last."""

import re
from collections.abc import Iterable

from shared.mongo import ensure_collection
from shared.projection import stuck
from shared.projection.documents import CASES
from shared.projection.generation import Generation
from shared.projection.positions import POSITIONS
from shared.projection.spec import E, Indexes, Projection, S


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


def leftovers(names: Iterable[str], projection: str, live: set[int]) -> list[str]:
    """Return those of ``names`` that are collections of a generation that is not ``live``.

    Also what an earlier call has left, or a process that had not heard of the end of its generation.
    """
    of = re.compile(rf"{re.escape(projection)}_(\d+)_")
    return [name for name in sorted(names) if (found := of.match(name)) and int(found[1]) not in live]
