"""A projection with counters, of which one comes back to 0, and a rebuild of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from pymongo import UpdateOne

from shared.mongo import Document
from shared.projection import Generation, Lane, hashed
from shared.projection.rebuild import Rebuild, Step
from shared.projection.rebuild.comparing import Comparison
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise, write
from tests.lanes.telling import Telling

COUNTS = "counts"
FAR = 90
# For a rebuild of a few hundred events, with what builds it starting on cores that others use.
LONG = 180


class _Bounded(Rebuild[Document, Any]):
    """A rebuild that fails its test where it would never come to an end."""

    async def run(self, *, accept: bool = False) -> Comparison | None:
        """Build, compare and switch, as an operator has it done."""
        async with asyncio.timeout(LONG):
            return await super().run(accept=accept)


async def write_and_count(lane: Lane, effects: list[Telling]) -> None:
    """Count events in two ways; the balance of odd and even ones is 0 again after every second event."""
    await write(lane, effects)
    counted: Counter[str] = Counter()
    for effect in effects:
        counted["c.events"] += 1
        counted["c.balance"] += 1 if effect.sequence % 2 else -1
    increase = {"$inc": {path: amount for path, amount in counted.items() if amount}}
    operation = UpdateOne(
        {"_id": hashed(str(lane.number))}, {"$setOnInsert": {"lane": lane.number}} | increase, upsert=True
    )
    await lane.generation.collection(COUNTS).bulk_write([operation], session=lane.session)


def counting(stage: Stage) -> Stage:
    """The stage with the projection on it that counts."""
    return stage.playing(
        sink=write_and_count,
        collections=dict(stage.projection.collections) | {COUNTS: ()},
        counters=frozenset({COUNTS}),
    )


def work(stage: Stage, told: Callable[[Step, int, int], None] | None = None) -> Rebuild[Document, Any]:
    """The rebuild of the stage's projection."""
    where = stage.settings, stage.client, stage.database, stage.projection
    return _Bounded(*where, told=told) if told else _Bounded(*where)


def second(stage: Stage) -> Generation:
    """The generation that the first rebuild makes."""
    return Generation(stage.database, stage.projection.name, 2)


@asynccontextmanager
async def load(stage: Stage, cases: int = 9) -> AsyncIterator[None]:
    """Write events of so many cases, one after the other, while the block runs."""

    async def write_on() -> None:
        sequence = 0
        while True:
            sequence += 1
            for n in range(cases):
                key = enterprise(n % 3, 3, n)
                await stage.send(records(f"hz_{n}", sequence, sequence, enterprise=key))

    task = asyncio.create_task(write_on())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def same(stage: Stage) -> bool:
    """Whether both generations hold the same cases and the same that was told."""
    for name in ("cases", "told"):
        one, two = [
            await generation.collection(name).find().sort("_id", 1).to_list(None)
            for generation in (stage.generation, second(stage))
        ]
        assert one == two
    return True
