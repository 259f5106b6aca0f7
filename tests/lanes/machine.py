"""A state machine over a lane: whatever comes in whatever order, the read model is the fold of the log."""

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from aiokafka import TopicPartition
from hypothesis import assume, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pymongo.errors import PyMongoError

from shared.events.base import Fact, Recorded
from shared.events.operations import CaseReleased, DeadLetterDiscarded, DeadLetterRedriven, place
from shared.events.wire import Unreadable
from shared.mongo import CommitUnknown, Document
from shared.projection import Folded
from shared.projection.cases import Fold
from shared.projection.deciding import parts
from shared.projection.decisions import Decision, Decisions
from shared.projection.failures import passes
from shared.projection.positions import LaneLost
from shared.projection.records import Item, fingerprint
from shared.projection.ruling import Ruling
from shared.projection.unit import Unit
from tests.facts import ENTERPRISE
from tests.lanes.expected import Expected, fold
from tests.lanes.memory import Fate
from tests.lanes.story import CASES, HAZARDS, SUGGESTIONS, Build, Entry, Kind, about
from tests.lanes.telling import Telling, tell

PROJECTION = "nanxun_test-tales"
PARTITIONS = (HAZARDS, SUGGESTIONS)
LANE = 0
# Events ahead of their turn by more say nothing new.
_FURTHEST = 3

partitions = st.sampled_from(PARTITIONS)
fates = st.sampled_from([Fate.DONE] * 3 + list(Fate))


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
        done: the decisions that it has seen to.
    """

    store: Store
    next: dict[TopicPartition, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def reseat(self) -> None:
        """Read the stored positions again, as after every failure and at every start."""
        self.next, self.done = self.store.positions(PARTITIONS), set()


class Lane(RuleBasedStateMachine):
    """The log, two processes, their operators and their programmers.

    A subclass says where the work is kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log: dict[TopicPartition, list[Entry]] = {at: [] for at in PARTITIONS}
        self.decisions = Decisions(PROJECTION)
        self.decided: list[DeadLetterRedriven | DeadLetterDiscarded] = []
        self.letters: dict[tuple[TopicPartition, int], None] = {}
        self.build = Build(newer=False)
        self.bugs: set[tuple[str, int]] = set()
        self.releases = 0
        # Which build's reading of a record was kept.
        self.read_by: dict[tuple[TopicPartition, int], Build] = {}
        self.store = self.opened(self.fold)
        self.processes = [Process(self.store), Process(self.store)]
        for process in self.processes:
            process.reseat()

    def opened(self, fold: Fold[Document, Telling]) -> Store:
        """Return an empty store."""
        raise NotImplementedError

    def fold(self, state: Document | None, event: Recorded[Fact]) -> Folded[Document, Telling]:
        """Apply an event, unless that is where a bug lies."""
        if (event.subject, event.sequence) in self.bugs:
            raise ZeroDivisionError("a bug in the fold")
        return tell(state, event)

    # What others put on the log.

    @rule(at=partitions, which=st.integers(0, 1), count=st.integers(1, 4))
    def events_come(self, at: TopicPartition, which: int, count: int) -> None:
        """New events of a case, in order."""
        subject, begun = self._begun(at, which)
        self.log[at] += [Entry(subject, begun + n, Kind.WHOLE) for n in range(1, count + 1)]

    @rule(
        at=partitions,
        which=st.integers(0, 1),
        ahead=st.integers(-4, _FURTHEST),
        kind=st.sampled_from(Kind),
    )
    def a_copy_comes(self, at: TopicPartition, which: int, ahead: int, kind: Kind) -> None:
        """Any event of a case, of old or too early, as anybody may have written it."""
        subject, begun = self._begun(at, which)
        copy = Entry(subject, max(begun + ahead, 1), kind)
        # Of a type that is newer than both builds, neither can read more than that.
        self.log[at].append(copy if copy.known or kind is not Kind.AHEAD else replace(copy, kind=Kind.BROKEN))

    @precondition(lambda self: self.letters)
    @rule(data=st.data(), kind=st.sampled_from(Kind))
    def it_comes_again(self, data: st.DataObject, kind: Kind) -> None:
        """An event of which a copy could not be read is sent once more."""
        at, offset = data.draw(st.sampled_from(list(self.letters)), label="letter")
        if self.log[at][offset].known or kind is not Kind.AHEAD:
            self.log[at].append(replace(self.log[at][offset], kind=kind))

    # What processes do, and what becomes of it.

    @rule(
        who=st.integers(0, 1),
        most=st.tuples(st.integers(0, 12), st.integers(0, 12)),
        size=st.integers(1, 6),
        fate=fates,
    )
    def one_works(self, who: int, most: tuple[int, int], size: int, fate: Fate) -> None:
        """A process applies what comes next; the last of its transactions meets its fate."""
        self._work(self.processes[who], dict(zip(PARTITIONS, most, strict=True)), size, fate)

    @rule(who=st.integers(0, 1))
    def one_starts_anew(self, who: int) -> None:
        """A process is killed and started, or the lane is given to it."""
        self.processes[who].reseat()

    @rule(who=st.integers(0, 1), at=partitions, back=st.integers(1, 6))
    def one_reads_again(self, who: int, at: TopicPartition, back: int) -> None:
        """Kafka gives a process again what it has read; the stored position refuses it."""
        process = self.processes[who]
        assume(process.next[at] > 0)
        process.next[at] = max(process.next[at] - back, 0)

    @precondition(lambda self: not self.build.newer)
    @rule(at=partitions, back=st.integers(1, 6))
    def everything_comes_again(self, at: TopicPartition, back: int) -> None:
        """The stored position itself goes back; of no use to anybody, and harmless."""
        stored = self.store.positions(PARTITIONS)[at]
        assume(stored > 0)
        self.store.rewind(at, max(stored - back, 0))

    @rule(who=st.integers(0, 1), at=partitions)
    def one_is_blamed(self, who: int, at: TopicPartition) -> None:
        """The record that comes next brings a bug to light outside of the fold."""
        process = self.processes[who]
        if self._settle(process, Fate.DONE) and (items := self._items(process, {at: 1})):
            blamed = ZeroDivisionError("a bug in the sink")
            self._apply(process, items, Fate.DONE, blamed)

    # What people do.

    @rule(at=partitions, which=st.integers(0, 1), sequence=st.integers(1, 9))
    def a_bug_is_deployed(self, at: TopicPartition, which: int, sequence: int) -> None:
        """The fold fails for one event from now on."""
        self.bugs.add((CASES[at][which % len(CASES[at])], sequence))

    @rule()
    def bugs_are_mended(self) -> None:
        """The fold is right again; what is parked stays so until it is released."""
        self.bugs.clear()

    @precondition(lambda self: not self.build.newer)
    @rule()
    def a_newer_build_is_deployed(self) -> None:
        """Some records can be read from now on that could not be; none of them comes a second time."""
        stored = self.store.positions(PARTITIONS)
        assume(all(offset < stored[at] for at, offset in self.read_by))
        self.build = Build(newer=True)
        for process in self.processes:
            process.reseat()

    @precondition(lambda self: self.letters)
    @rule(data=st.data(), discard=st.booleans())
    def a_letter_is_decided_on(self, data: st.DataObject, discard: bool) -> None:  # noqa: FBT001 - drawn
        """An operator redrives a dead letter, or discards it."""
        at, offset = data.draw(st.sampled_from(list(self.letters)), label="letter")
        entry = self.log[at][offset]
        note(f"{at.topic} {offset}: {entry}")
        # What the build of the day cannot read is no use to redrive; the operator's command says so.
        assume(discard or entry.kind is not Kind.AHEAD or self.build.newer)
        said: dict[str, Any] = {
            "projection": PROJECTION,
            "topic": at.topic,
            "partition": at.partition,
            "offset": offset,
            "record": fingerprint(entry.at(at, offset)),
            "after": len(self.log[at]),
        } | about(entry)
        made: DeadLetterRedriven | DeadLetterDiscarded = (
            DeadLetterDiscarded(**said)
            if discard
            else DeadLetterRedriven(**said, letter_partition=0, letter_offset=0)
        )
        if self.decisions.add(place(PROJECTION, at.topic, at.partition, offset), made):
            self.decided.append(made)

    @precondition(lambda self: any("parked" in row for row in self.store.cases()))
    @rule(data=st.data())
    def a_case_is_released(self, data: st.DataObject) -> None:
        """An operator lets a parked case go on."""
        parked = {row["subject"]: row for row in self.store.cases() if "parked" in row}
        self._release(parked[data.draw(st.sampled_from(sorted(parked)), label="case")])

    # What holds at any moment.

    @invariant()
    def every_event_was_told_once_and_in_order(self) -> None:
        """Whatever happened: no event counts twice, none before its predecessor."""
        told = self.store.told()
        for row in self.store.cases():
            without = {*row.get("discarded", ())}
            applied = [n for n in range(1, row["version"] + 1) if n not in without and n % 5]
            assert told.get(row["subject"], []) == applied

    @invariant()
    def what_was_passed_over_is_said(self) -> None:
        """A generation that lacks an event of an unknown type is marked for each of them, once."""
        lacking = sum(
            n % 5 == 0 and n not in row.get("discarded", ())
            for row in self.store.cases()
            for n in range(1, row["version"] + 1)
        )
        assert self.store.skipped() == lacking

    def teardown(self) -> None:
        """In the end all is read and mended, and a rebuild comes to the same."""
        self.bugs.clear()
        last = self.processes[0]
        self._finish(last)
        self._is_fold(self.store, self._as_read)

        rebuilt = self.opened(tell)
        self._finish(Process(rebuilt))
        self._is_fold(rebuilt, lambda at, offset: self.build.reads(self.log[at][offset].kind))

    # How.

    def _as_read(self, at: TopicPartition, offset: int) -> bool:
        """Whether a record was read: by the build that met it, or by that of today if it was redriven."""
        redriven = any((of.topic, of.offset) == (at.topic, offset) for of in self.decided)
        by = self.build if redriven else self.read_by[at, offset]
        return by.reads(self.log[at][offset].kind)

    def _finish(self, process: Process) -> None:
        while True:
            process.reseat()
            self._work(process, dict.fromkeys(PARTITIONS, 1_000), 7, Fate.DONE)
            parked = [row for row in process.store.cases() if "parked" in row]
            if not parked:
                break
            for row in parked:
                self._release(row)
        assert process.next == {at: len(entries) for at, entries in self.log.items()}

    def _is_fold(self, store: Store, readable: Any) -> None:
        wanted = fold(self.log, self.decided, readable)
        found = {row["subject"]: row for row in store.cases()}
        assert found.keys() <= wanted.keys()
        for subject, expected in wanted.items():
            come_to = _shape(found.get(subject, {"version": 0}))
            assert come_to == expected, f"{subject}: {come_to}, not {expected}"

    def _release(self, row: Document) -> None:
        at = HAZARDS if row["subject"] in CASES[HAZARDS] else SUGGESTIONS
        self.releases += 1
        released = CaseReleased(
            projection=PROJECTION,
            topic=at.topic,
            partition=at.partition,
            enterprise=ENTERPRISE,
            subject=row["subject"],
            sequence=row["version"] + 1,
        )
        assert self.decisions.add(f"rl_{self.releases}", released)

    def _begun(self, at: TopicPartition, which: int) -> tuple[str, int]:
        """Return a case, and the last of its events that was ever on the log."""
        subject = CASES[at][which % len(CASES[at])]
        return subject, max((one.sequence for one in self.log[at] if one.subject == subject), default=0)

    def _raw(self, at: TopicPartition, offset: int) -> Item:
        entry = self.log[at][offset]
        return self.build.read(entry, entry.at(at, offset))

    def _items(self, process: Process, most: dict[TopicPartition, int]) -> list[Item]:
        return [
            self.decisions.met(self._raw(at, offset))
            for at, count in most.items()
            for offset in range(process.next[at], min(process.next[at] + count, len(self.log[at])))
        ]

    def _work(self, process: Process, most: dict[TopicPartition, int], size: int, fate: Fate) -> None:
        """Do what a lane does with a batch."""
        starts = self.decisions.starts(PARTITIONS)
        items = {id(item.record): item for item in self._items(process, most)}
        batch = list(parts([item.record for item in items.values()], size, starts))
        if not self._settle(process, Fate.DONE if batch else fate):
            return
        for n, part in enumerate(batch, start=1):
            fated = fate if n == len(batch) else Fate.DONE
            units = [items[id(record)] for record in part]
            if not self._apply(process, units, fated) or not self._settle(process, Fate.DONE):
                return

    def _apply(
        self, process: Process, items: list[Item], fate: Fate, blamed: Exception | None = None
    ) -> bool:
        for item in items:
            if isinstance(item.decoded, Unreadable):
                self.letters[item.at, item.record.offset] = None
        expected: dict[TopicPartition, int] = {}
        for item in items:
            expected.setdefault(item.at, item.record.offset)
        before = process.store.positions(PARTITIONS)
        unit: Unit[Document, Telling] = Unit(LANE, items, expected, blamed)
        done = self._survives(process, lambda: process.store.unit(unit, fate))
        if process.store is self.store and process.store.positions(PARTITIONS) != before:
            for item in items:
                self.read_by.setdefault((item.at, item.record.offset), self.build)
        if done:
            # Whoever is wrong about the lane's place must not write.
            assert expected.items() <= before.items()
            for item in items:
                process.next[item.at] = item.record.offset + 1
        return done

    def _settle(self, process: Process, fate: Fate) -> bool:
        due = [
            (at, one) for at in PARTITIONS for one in self.decisions.due(at, process.next[at], process.done)
        ]
        found = [(one, self._again(one)) for one in process.store.open_of([one for _, one in due])]
        ready = [(one, item) for one, item in found if item or not isinstance(one.fact, DeadLetterRedriven)]
        ruling: Ruling[Document, Telling] = Ruling(LANE, ready, {at: process.next[at] for at, _ in due})
        if ready and not self._survives(process, lambda: process.store.ruling(ruling, fate)):
            return False
        process.done |= {one.id for _, one in due}
        return True

    def _again(self, decision: Decision) -> Item | None:
        """Return a redriven record, where the build of today can read it."""
        of = decision.fact
        if not isinstance(of, DeadLetterRedriven):
            return None
        item = self._raw(TopicPartition(of.topic, of.partition), of.offset)
        return item if isinstance(item.decoded, Recorded) else None

    @staticmethod
    def _survives(process: Process, transaction: Any) -> bool:
        try:
            transaction()
        except (LaneLost, CommitUnknown, PyMongoError) as error:
            if not passes(error):
                raise
            process.reseat()
            return False
        return True


def _shape(row: Document) -> Expected:
    """Return a case as it is known in the read model."""
    given_up = {*row.get("discarded", ())}
    applied = {*range(1, row["version"] + 1)} - given_up
    held = {kept["sequence"] for kept in row.get("held", ())}
    holes = {hole["sequence"]: hole["offset"] for hole in row.get("holes", ())}
    return Expected(applied | held, given_up, holes)
