"""Any interleaving of what may befall a lane, with the transactions of a real MongoDB."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, TypeVar

import pytest
from aiokafka import TopicPartition
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from deploy.local.mongod import ReplicaSet
from shared import mongo
from shared.mongo import Client, Document
from shared.projection import Generation
from shared.projection.cases import Fold
from shared.projection.decisions import Decision
from shared.projection.documents import CASES
from shared.projection.positions import POSITIONS, stored
from shared.projection.ruling import Ruling, open_of
from shared.projection.storage import prepare
from shared.projection.unit import Unit
from tests.integration.failing import DONE_UNKNOWN, REFUSED, TRANSIENT, UNKNOWN, refusing
from tests.integration.projection.conftest import TALES
from tests.lanes.machine import Lane
from tests.lanes.memory import Fate
from tests.lanes.telling import Telling
from tests.lanes.working import Store

T = TypeVar("T")
# What a commit meets, by what becomes of it.
_REFUSALS: dict[Fate, dict[str, Any]] = {
    Fate.REFUSED: REFUSED,
    Fate.DONE_UNKNOWN: DONE_UNKNOWN,
    Fate.LOST_UNKNOWN: UNKNOWN,
}
# A transaction runs again from its reads every so often.
_CONFLICTS = 4


@dataclass
class OnMongo:
    """A generation of its own for each run, called from the thread of the machine."""

    wait: Callable[[Awaitable[Any]], Any]
    client: Client
    generation: Generation
    fold: Fold[Document, Telling]
    _commits: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.projection = replace(TALES, fold=self.fold)
        self.wait(prepare(self.generation, self.projection))

    def positions(self, partitions: tuple[TopicPartition, ...]) -> dict[TopicPartition, int]:
        """Where each partition goes on."""
        found = self.wait(stored(self.generation, list(partitions)))
        return {at: position.next for at, position in found.items()}

    def rewind(self, at: TopicPartition, offset: int) -> None:
        """Have everything from ``offset`` come again."""
        where = {"topic": at.topic, "partition": at.partition}
        self.wait(self._of(POSITIONS).update_one(where, {"$set": {"next": offset}}))

    def unit(self, unit: Unit[Document, Telling], fate: Fate) -> None:
        """Apply records."""
        self.wait(self._fated(fate, unit.commit(self.client, self.projection, self.generation)))

    def ruling(self, ruling: Ruling[Document, Telling], fate: Fate) -> None:
        """Apply decisions."""
        self.wait(self._fated(fate, ruling.commit(self.client, self.projection, self.generation)))

    def open_of(self, decisions: list[Decision]) -> list[Decision]:
        """Return the decisions that still change something."""
        found: list[Decision] = self.wait(open_of(self.generation, decisions))
        return found

    def cases(self) -> list[Document]:
        """Every document, by id."""
        return self._all(CASES)

    def told(self) -> dict[str, list[int]]:
        """The events that were applied, by case, in their order."""
        return {row["subject"]: row["sequences"] for row in self._all("told")}

    def skipped(self) -> int:
        """How many events the lane says that it passed over."""
        return sum(row["skipped"] for row in self._all(POSITIONS))

    def _of(self, name: str) -> Any:
        return self.generation.collection(name)

    def _all(self, name: str) -> list[Document]:
        rows: list[Document] = self.wait(self._of(name).find().sort("_id", 1).to_list(None))
        return rows

    async def _fated(self, fate: Fate, transaction: Awaitable[Any]) -> None:
        how, times = _REFUSALS.get(fate), None
        if how is None and next(self._commits) % _CONFLICTS == 0:
            how, times = TRANSIENT, 1
        async with refusing(self.client, "commitTransaction", how, times=times) if how else nullcontext():
            await transaction


@pytest.mark.promise(2, 3, 7)
async def test_whatever_befalls_a_lane_its_read_model_is_the_fold_of_its_log(store: ReplicaSet) -> None:
    loop = asyncio.get_running_loop()
    client = mongo.connect(store.uri, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    numbers = count(1)

    class OnServers(Lane):
        def opened(self, fold: Fold[Document, Telling]) -> Store:
            """Return an empty generation."""
            generation = Generation(client["lanes"], "tales", next(numbers))
            return OnMongo(waiting, client, generation, fold)

    def waiting(work: Awaitable[T]) -> T:
        return asyncio.run_coroutine_threadsafe(_awaited(work), loop).result()

    # A few long ones: what is decided is tried by the thousand in memory, and here what is committed.
    few = settings(
        max_examples=max(settings().max_examples // 6, 1),
        stateful_step_count=40,
        # A failure is told as it was met: making it small would take an hour of transactions.
        phases=(Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    try:
        await asyncio.to_thread(run_state_machine_as_test, OnServers, settings=few)
    finally:
        await client.drop_database("lanes")
        client.close()


async def _awaited(work: Awaitable[T]) -> T:
    return await work
