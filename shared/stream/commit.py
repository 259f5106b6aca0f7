"""Group commit: commands that arrive together are written together, each with an outcome of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, PyMongoError

from shared import metrics
from shared.errors import Unavailable
from shared.mongo import Collection, Document, refusal

log = structlog.get_logger()

# One bulk write; larger ones no longer gain and make the first wait for the last.
_LARGEST = 500
# What may wait: about two seconds of intake. More would be answered too late to matter.
_WAITING = 4_000
# The document is there already, or the upsert's filter missed it (11000); or the validator refused half a
# case, or one that comes too late (121).
_LOST_RACE = frozenset({11000, 121})

Operation = InsertOne[Document] | UpdateOne


@dataclass(slots=True)
class _Pending:
    operation: Operation
    written: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class GroupCommit:
    """Writes single documents of one collection in unordered bulks with majority concern."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._waiting: asyncio.Queue[_Pending | None] = asyncio.Queue(_WAITING)

    async def write(self, operation: Operation) -> bool:
        """Write one document.

        Returns:
            True: it is durable. False: somebody else changed the document first, and nothing was written.

        Raises:
            Unavailable: too many are waiting (not written), or the outcome is unknown.
        """
        pending = _Pending(operation)
        try:
            self._waiting.put_nowait(pending)
        except asyncio.QueueFull:
            raise Unavailable("too many requests are waiting to be stored", retry_after=1) from None
        return await pending.written

    async def together(self, operations: Sequence[Operation]) -> list[bool | None]:
        """Write what came together, without waiting for others.

        Returns:
            Of each in turn, True: durable. False: lost its race, not written. None: unknown.
        """
        if not operations:
            return []
        metrics.group_commit_size.observe(len(operations))
        try:
            await self._collection.bulk_write(operations, ordered=False)
        except PyMongoError as error:
            outcomes = _outcomes(error, len(operations))
            if None in outcomes:
                self._refused(error, outcomes.count(None))
            return outcomes
        return [True] * len(operations)

    def _refused(self, error: PyMongoError, count: int) -> None:
        reason, stream = refusal(error), self._collection.name
        metrics.commit_refusals.labels(stream, reason).inc()
        log.warning(
            "commands-not-confirmed", stream=stream, reason=reason, count=count, error=str(error)[:200]
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what comes while the block runs, then what is still waiting."""
        writer = asyncio.create_task(self._run(), name="group-commit")
        metrics.commit_queue.labels(self._collection.name).set_function(
            lambda: self._waiting.qsize() / _WAITING
        )
        try:
            yield
        finally:
            await self._waiting.put(None)
            await writer

    async def _run(self) -> None:
        closing = False
        while not closing:
            first = await self._waiting.get()
            # The commands whose requests are already here join this write.
            await asyncio.sleep(0)
            count = min(self._waiting.qsize(), _LARGEST - 1)
            taken = [first, *(self._waiting.get_nowait() for _ in range(count))]
            closing = None in taken
            await self._commit([pending for pending in taken if pending is not None])

    async def _commit(self, group: list[_Pending]) -> None:
        # Whoever no longer waits was told that the outcome is unknown; nothing is lost by not writing it.
        group = [pending for pending in group if not pending.written.done()]
        if not group:
            return
        _settle(group, await self.together([pending.operation for pending in group]))


def _outcomes(error: PyMongoError, count: int) -> list[bool | None]:
    """True: written; False: lost its race; None: unknown."""
    if not isinstance(error, BulkWriteError):
        return [None] * count
    details = error.details or {}
    # A write concern that failed leaves the durability of everything that was written unknown.
    outcomes: list[bool | None] = [None if details.get("writeConcernErrors") else True] * count
    for failed in details.get("writeErrors", ()):
        outcomes[failed["index"]] = False if failed["code"] in _LOST_RACE else None
    return outcomes


def _settle(group: list[_Pending], outcomes: list[bool | None]) -> None:
    for pending, outcome in zip(group, outcomes, strict=True):
        if pending.written.done():
            continue
        if outcome is None:
            pending.written.set_exception(Unavailable("the store did not confirm the write"))
        else:
            pending.written.set_result(outcome)
