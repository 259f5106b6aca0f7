"""A collection of any size read in order and in blocks, each of which is a read of its own."""

from collections.abc import AsyncIterator
from typing import Any

from shared.mongo import Collection, Document, Session

#: Documents in a block; a reply of the server ends at 16 MB in any case.
SIZE = 1_000


async def blocks(
    collection: Collection, order: tuple[str, ...], session: Session | None
) -> AsyncIterator[list[Any]]:
    """Yield all documents in the order of these fields; those that have all of them in common in one block.

    An index must begin with the fields, or the server sorts all that is left for each block.
    """
    # The client's time limit counts all that the server does for one cursor, so no cursor reads it all.
    where: Document = {}
    while block := await _read(collection, where, order, session):
        whole = len(block) < SIZE
        edge = {name: block[-1][name] for name in order}
        if not whole and order != ("_id",):
            block = [row for row in block if any(row[name] != edge[name] for name in order)]
            block += await collection.find(edge, session=session, batch_size=SIZE).to_list(None)
        yield block
        if whole:
            return
        where = _behind(edge)


async def _read(
    collection: Collection, where: Document, order: tuple[str, ...], session: Session | None
) -> list[Any]:
    found = collection.find(where, session=session, limit=SIZE, batch_size=SIZE)
    rows: list[Any] = await found.sort([(name, 1) for name in order]).to_list(None)
    return rows


def _behind(edge: Document) -> Document:
    """Return the condition of coming later; each branch is a range of the index, which the server merges."""
    names = list(edge)
    return {
        "$or": [
            {before: edge[before] for before in names[:n]} | {name: {"$gt": edge[name]}}
            for n, name in enumerate(names)
        ]
    }
