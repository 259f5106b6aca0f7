"""How a process works a lane: over the log, by the decisions it knows, on a store whose transactions fail."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from aiokafka import TopicPartition
from pymongo.errors import PyMongoError

from shared.events.base import Recorded
from shared.events.operations import DeadLetterDiscarded, DeadLetterRedriven
from shared.events.wire import Unreadable
from shared.mongo import CommitUnknown, Document
from shared.projection.deciding import parts
from shared.projection.decisions import Decision, Decisions, Settled
from shared.projection.failures import passes
from shared.projection.positions import LaneLost
from shared.projection.records import Item
from shared.projection.ruling import Ruling
from shared.projection.unit import Unit
from tests.lanes.memory import Fate
from tests.lanes.story import HAZARDS, SUGGESTIONS, Build, Entry
from tests.lanes.telling import Telling

PROJECTION = "nanxun_test-tales"
PARTITIONS = (HAZARDS, SUGGESTIONS)
LANE = 0


class Store(Protocol):
    """Where the lane's work is kept; every call is one transaction or one read."""

    def positions(self, partitions: tuple[TopicPartition, ...]) -> dict[TopicPartition, int]:
        """Where each partition goes on."""

    def rewind(self, at: TopicPartition, offset: int) -> None:
        """Have everything from ``offset`` come again."""

    def unit(self, unit: Unit[Document, Telling], fate: Fate) -> None:
        """Apply records."""

    def ruling(self, ruling: Ruling[Document, Telling], fate: Fate) -> None:
        """Apply decisions."""

    def open_of(self, decisions: list[Decision]) -> list[Decision]:
        """Return the decisions that still change something."""

    def cases(self) -> list[Document]:
        """Every document, by id."""

    def told(self) -> dict[str, list[int]]:
        """The events that were applied, by case, in their order."""

    def skipped(self) -> int:
        """How many events the lane says that it passed over."""


@dataclass
class Process:
    """One process that works the lane, or believes so.

    Attributes:
        store: where it writes.
        next: where it stands, as far as it knows.
        settled: the decisions that it has seen to.
    """

    store: Store
    next: dict[TopicPartition, int] = field(default_factory=dict)
    settled: defaultdict[TopicPartition, Settled] = field(default_factory=lambda: defaultdict(Settled))

    def reseat(self) -> None:
        """Read the stored positions again, as after every failure and at every start."""
        self.next, self.settled = self.store.positions(PARTITIONS), defaultdict(Settled)

    def survives(self, transaction: Callable[[], None]) -> bool:
        """Run a transaction; whoever loses it knows no longer where the lane stands."""
        try:
            transaction()
        except (LaneLost, CommitUnknown, PyMongoError) as error:
            if not passes(error):
                raise
            self.reseat()
            return False
        return True


@dataclass
class World:
    """What the processes of a lane have in common.

    Attributes:
        store: where the lane's work is kept.
        log: every record that came.
        decisions: what operators decided, as the lane reads it.
        decided: those of it that are about dead letters.
        letters: where a record could not be read, in the order in which that was found.
        build: the version of the program that is deployed.
        read_by: which build's reading of a record was kept.
    """

    store: Store
    log: dict[TopicPartition, list[Entry]] = field(default_factory=lambda: {at: [] for at in PARTITIONS})
    decisions: Decisions = field(default_factory=lambda: Decisions(PROJECTION))
    decided: list[DeadLetterRedriven | DeadLetterDiscarded] = field(default_factory=list)
    letters: dict[tuple[TopicPartition, int], None] = field(default_factory=dict)
    build: Build = field(default_factory=lambda: Build(newer=False))
    read_by: dict[tuple[TopicPartition, int], Build] = field(default_factory=dict)

    def items(self, process: Process, most: dict[TopicPartition, int]) -> list[Item]:
        """Return what comes next in each partition, as the process meets it."""
        return [
            self.decisions.met(self._read(at, offset))
            for at, count in most.items()
            for offset in range(process.next[at], min(process.next[at] + count, len(self.log[at])))
        ]

    def work(self, process: Process, most: dict[TopicPartition, int], size: int, fate: Fate) -> None:
        """Do what a lane does with a batch."""
        starts = self.decisions.starts
        items = {id(item.record): item for item in self.items(process, most)}
        batch = list(parts([item.record for item in items.values()], size, starts))
        if not self.settle(process, Fate.DONE if batch else fate):
            return
        for n, part in enumerate(batch, start=1):
            fated = fate if n == len(batch) else Fate.DONE
            units = [items[id(record)] for record in part]
            if not self.apply(process, units, fated) or not self.settle(process, Fate.DONE):
                return

    def apply(self, process: Process, items: list[Item], fate: Fate, blamed: Exception | None = None) -> bool:
        """Write some records in one transaction; return whether it went well, as far as the process knows."""
        for item in items:
            if isinstance(item.decoded, Unreadable):
                self.letters[item.at, item.record.offset] = None
        expected: dict[TopicPartition, int] = {}
        for item in items:
            expected.setdefault(item.at, item.record.offset)
        before = process.store.positions(PARTITIONS)
        unit: Unit[Document, Telling] = Unit(LANE, items, expected, blamed)
        done = process.survives(lambda: process.store.unit(unit, fate))
        if process.store is self.store and process.store.positions(PARTITIONS) != before:
            for item in items:
                self.read_by.setdefault((item.at, item.record.offset), self.build)
        if done:
            # Whoever is wrong about the lane's place must not write.
            assert expected.items() <= before.items()
            for item in items:
                process.next[item.at] = item.record.offset + 1
        return done

    def settle(self, process: Process, fate: Fate) -> bool:
        """See to the decisions that are due where the process stands; return whether it may go on."""
        due = [
            (at, one)
            for at in PARTITIONS
            for one in self.decisions.due(at, process.next[at], process.settled[at])
        ]
        found = [(one, self._again(one)) for one in process.store.open_of([one for _, one in due])]
        ready = [(one, item) for one, item in found if item or not isinstance(one.fact, DeadLetterRedriven)]
        ruling: Ruling[Document, Telling] = Ruling(LANE, ready, {at: process.next[at] for at, _ in due})
        if ready and not process.survives(lambda: process.store.ruling(ruling, fate)):
            return False
        for at, one in due:
            process.settled[at].done.add(one.id)
        return True

    def _again(self, decision: Decision) -> Item | None:
        """Return a redriven record, where the build of today can read it."""
        of = decision.fact
        if not isinstance(of, DeadLetterRedriven):
            return None
        item = self._read(TopicPartition(of.topic, of.partition), of.offset)
        return item if isinstance(item.decoded, Recorded) else None

    def _read(self, at: TopicPartition, offset: int) -> Item:
        entry = self.log[at][offset]
        return self.build.read(entry, entry.at(at, offset))
