"""A state machine over a lane: whatever comes in whatever order, the read model is the fold of the log."""

from dataclasses import replace
from typing import Any

from aiokafka import TopicPartition
from hypothesis import assume, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.events.base import Fact, Recorded
from shared.events.operations import CaseReleased, DeadLetterDiscarded, DeadLetterRedriven, place
from shared.mongo import Document
from shared.projection import Folded
from shared.projection.cases import Fold
from shared.projection.records import fingerprint
from tests.facts import ENTERPRISE
from tests.lanes.memory import Fate
from tests.lanes.outcome import as_of_today, as_read, is_fold, passed_over_is_said, told_once_and_in_order
from tests.lanes.story import CASES, HAZARDS, SUGGESTIONS, Build, Entry, Kind, about
from tests.lanes.telling import Telling, tell
from tests.lanes.working import PARTITIONS, PROJECTION, Process, Store, World

# Events ahead of their turn by more say nothing new.
_FURTHEST = 3

partitions = st.sampled_from(PARTITIONS)
fates = st.sampled_from([Fate.DONE] * 3 + list(Fate))


class Lane(RuleBasedStateMachine):
    """The log, two processes, their operators and their programmers.

    A subclass says where the work is kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bugs: set[tuple[str, int]] = set()
        self.releases = 0
        self.world = World(self.opened(self.fold))
        self.processes = [Process(self.world.store), Process(self.world.store)]
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

    @rule(at=partitions, which=st.integers(0, 1), count=st.integers(1, 4))
    def events_come(self, at: TopicPartition, which: int, count: int) -> None:
        """New events of a case, in order."""
        subject, begun = self._begun(at, which)
        self.world.log[at] += [Entry(subject, begun + n, Kind.WHOLE) for n in range(1, count + 1)]

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
        self.world.log[at].append(
            copy if copy.known or kind is not Kind.AHEAD else replace(copy, kind=Kind.BROKEN)
        )

    @precondition(lambda self: self.world.letters)
    @rule(data=st.data(), kind=st.sampled_from(Kind))
    def it_comes_again(self, data: st.DataObject, kind: Kind) -> None:
        """An event of which a copy could not be read is sent once more."""
        at, offset = data.draw(st.sampled_from(list(self.world.letters)), label="letter")
        if self.world.log[at][offset].known or kind is not Kind.AHEAD:
            self.world.log[at].append(replace(self.world.log[at][offset], kind=kind))

    @rule(
        who=st.integers(0, 1),
        most=st.tuples(st.integers(0, 12), st.integers(0, 12)),
        size=st.integers(1, 6),
        fate=fates,
    )
    def one_works(self, who: int, most: tuple[int, int], size: int, fate: Fate) -> None:
        """A process applies what comes next; the last of its transactions meets its fate."""
        self.world.work(self.processes[who], dict(zip(PARTITIONS, most, strict=True)), size, fate)

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

    @precondition(lambda self: not self.world.build.newer)
    @rule(at=partitions, back=st.integers(1, 6))
    def everything_comes_again(self, at: TopicPartition, back: int) -> None:
        """The stored position itself goes back; of no use to anybody, and harmless."""
        stored = self.world.store.positions(PARTITIONS)[at]
        assume(stored > 0)
        self.world.store.rewind(at, max(stored - back, 0))

    @rule(who=st.integers(0, 1), at=partitions)
    def one_is_blamed(self, who: int, at: TopicPartition) -> None:
        """The record that comes next brings a bug to light outside of the fold."""
        process = self.processes[who]
        if self.world.settle(process, Fate.DONE) and (items := self.world.items(process, {at: 1})):
            blamed = ZeroDivisionError("a bug in the sink")
            self.world.apply(process, items, Fate.DONE, blamed)

    @rule(at=partitions, which=st.integers(0, 1), sequence=st.integers(1, 9))
    def a_bug_is_deployed(self, at: TopicPartition, which: int, sequence: int) -> None:
        """The fold fails for one event from now on."""
        self.bugs.add((CASES[at][which % len(CASES[at])], sequence))

    @rule()
    def bugs_are_mended(self) -> None:
        """The fold is right again; what is parked stays so until it is released."""
        self.bugs.clear()

    @precondition(lambda self: not self.world.build.newer)
    @rule()
    def a_newer_build_is_deployed(self) -> None:
        """Some records can be read from now on that could not be; none of them comes a second time."""
        stored = self.world.store.positions(PARTITIONS)
        assume(all(offset < stored[at] for at, offset in self.world.read_by))
        self.world.build = Build(newer=True)
        for process in self.processes:
            process.reseat()

    @precondition(lambda self: self.world.letters)
    @rule(data=st.data(), discard=st.booleans())
    def a_letter_is_decided_on(self, data: st.DataObject, discard: bool) -> None:  # noqa: FBT001 - drawn
        """An operator redrives a dead letter, or discards it."""
        at, offset = data.draw(st.sampled_from(list(self.world.letters)), label="letter")
        entry = self.world.log[at][offset]
        note(f"{at.topic} {offset}: {entry}")
        # What the build of the day cannot read is no use to redrive; the operator's command says so.
        assume(discard or entry.kind is not Kind.AHEAD or self.world.build.newer)
        said: dict[str, Any] = {
            "projection": PROJECTION,
            "topic": at.topic,
            "partition": at.partition,
            "offset": offset,
            "record": fingerprint(entry.at(at, offset)),
            "after": len(self.world.log[at]),
        } | about(entry)
        made: DeadLetterRedriven | DeadLetterDiscarded = (
            DeadLetterDiscarded(**said)
            if discard
            else DeadLetterRedriven(**said, letter_partition=0, letter_offset=0)
        )
        if self.world.decisions.add(place(PROJECTION, at.topic, at.partition, offset), made):
            self.world.decided.append(made)

    @precondition(lambda self: any("parked" in row for row in self.world.store.cases()))
    @rule(data=st.data())
    def a_case_is_released(self, data: st.DataObject) -> None:
        """An operator lets a parked case go on."""
        parked = {row["subject"]: row for row in self.world.store.cases() if "parked" in row}
        self._release(parked[data.draw(st.sampled_from(sorted(parked)), label="case")])

    @invariant()
    def every_event_was_told_once_and_in_order(self) -> None:
        """Whatever happened so far."""
        told_once_and_in_order(self.world.store)

    @invariant()
    def what_was_passed_over_is_said(self) -> None:
        """Also while the lane is behind."""
        passed_over_is_said(self.world.store)

    def teardown(self) -> None:
        """In the end all is read and mended, and a rebuild comes to the same."""
        self.bugs.clear()
        self._finish(self.processes[0])
        is_fold(self.world.store, self.world, as_read)

        rebuilt = self.opened(tell)
        self._finish(Process(rebuilt))
        is_fold(rebuilt, self.world, as_of_today)

    def _finish(self, process: Process) -> None:
        while True:
            process.reseat()
            self.world.work(process, dict.fromkeys(PARTITIONS, 1_000), 7, Fate.DONE)
            parked = [row for row in process.store.cases() if "parked" in row]
            if not parked:
                break
            for row in parked:
                self._release(row)
        assert process.next == {at: len(entries) for at, entries in self.world.log.items()}

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
        assert self.world.decisions.add(f"rl_{self.releases}", released)

    def _begun(self, at: TopicPartition, which: int) -> tuple[str, int]:
        """Return a case, and the last of its events that was ever on the log."""
        subject = CASES[at][which % len(CASES[at])]
        return subject, max((one.sequence for one in self.world.log[at] if one.subject == subject), default=0)
