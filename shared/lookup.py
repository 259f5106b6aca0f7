"""Group reads: documents that are asked for together are read together, as writes are written together."""

import asyncio

from pymongo.errors import PyMongoError

from shared.mongo import Collection, Document

# One read; more would make the first wait for the last.
_LARGEST = 500


class Lookup:
    """Reads documents of one collection by their ids, at most one read at a time.

    A read costs the driver some tenths of a millisecond whatever it brings; at a thousand requests a second,
    one for each would be most of the work.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._waiting: dict[str, asyncio.Future[Document | None]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def get(self, document_id: str) -> Document | None:
        """Return the document as it is now: the read begins after this call.

        Raises:
            PyMongoError: the store did not answer in time.
        """
        future = self._waiting.get(document_id)
        if future is None:
            future = self._waiting[document_id] = asyncio.get_running_loop().create_future()
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read(), name="lookup")
        # Several may wait for one document; whoever gives up takes nothing from the others.
        return await asyncio.shield(future)

    async def _read(self) -> None:
        while self._waiting:
            ids = list(self._waiting)[:_LARGEST]
            asked = {document_id: self._waiting.pop(document_id) for document_id in ids}
            try:
                rows = await self._collection.find({"_id": {"$in": ids}}).to_list(None)
            except PyMongoError as error:
                for future in asked.values():
                    future.set_exception(error)
                    # Its waiters may all have given up.
                    future.exception()
            else:
                found = {row["_id"]: row for row in rows}
                for document_id, future in asked.items():
                    future.set_result(found.get(document_id))
