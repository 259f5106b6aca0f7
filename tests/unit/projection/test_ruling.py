"""What operators decide gives the same case in every run of the log, by whichever reader."""

from dataclasses import dataclass

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from shared.events.base import Fact, Recorded
from shared.events.operations import CaseReleased, DeadLetterDiscarded, DeadLetterRedriven, place
from shared.events.wire import Unreadable
from shared.mongo import Document
from shared.projection import Folded
from shared.projection.cases import Case, Verdict, play
from shared.projection.decisions import Decision, Decisions, Settled
from shared.projection.interventions import park
from shared.projection.records import Item, read
from shared.projection.ruling import apply, needs
from tests.facts import ENTERPRISE
from tests.unit.projection.conftest import good, on_log

LENGTH = 6
PROJECTION = "nanxun_test-tales"
AT = TopicPartition("hazards", 0)


@dataclass(frozen=True)
class Wish:
    """What an operator decides about a record that cannot be read, ``late`` records after it."""

    discard: bool
    late: int


@dataclass(frozen=True)
class Entry:
    """A record on the log: which event; with a wish, the reader of the day could not read it."""

    sequence: int
    wish: Wish | None


Log = list[Entry]
wishes = st.builds(Wish, st.booleans(), st.integers(1, LENGTH))
logs = st.lists(st.builds(Entry, st.integers(1, LENGTH), st.none() | wishes), min_size=1, max_size=3 * LENGTH)


def tell(state: Document | None, event: Recorded[Fact]) -> Folded[Document, int]:
    told = [*(state["told"] if state else []), event.sequence]
    return Folded({"told": told}, (event.sequence,))


def item(sequence: int, offset: int = 0) -> Item:
    return read(on_log(good(sequence), offset), partitions=1)


def broken(sequence: int, offset: int) -> Item:
    return Item(item(sequence, offset).record, Unreadable("schema", "as it was", "hz_1", sequence))


def fact(
    sequence: int, offset: int, *, discard: bool, after: int
) -> DeadLetterDiscarded | DeadLetterRedriven:
    said = {
        "projection": PROJECTION,
        "topic": AT.topic,
        "partition": AT.partition,
        "offset": offset,
        "record": f"hz_1:{sequence}",
        "after": after,
        "enterprise": ENTERPRISE,
        "subject": "hz_1",
        "sequence": sequence,
    }
    if discard:
        return DeadLetterDiscarded.model_validate(said)
    return DeadLetterRedriven.model_validate(said | {"letter_partition": 0, "letter_offset": 0})


def decisions_on(log: Log) -> Decisions:
    decisions = Decisions(PROJECTION)
    for offset, entry in enumerate(log):
        if entry.wish:
            after = min(offset + entry.wish.late, len(log))
            made = fact(entry.sequence, offset, discard=entry.wish.discard, after=after)
            assert decisions.add(place(PROJECTION, AT.topic, AT.partition, offset), made)
    return decisions


@dataclass
class Run:
    """One run of a log."""

    decisions: Decisions
    newer_reader: bool = False
    restarts: bool = False

    def __post_init__(self) -> None:
        self.case = Case[Document]("hz_1")
        self.effects: list[int] = []
        self.settled = Settled()

    def of(self, log: Log) -> "Run":
        """Run all of it."""
        for offset, entry in enumerate(log):
            self.settle(offset)
            whole = self.newer_reader or not entry.wish
            met = item(entry.sequence, offset) if whole else broken(entry.sequence, offset)
            for _ in play(self.case, self.decisions.met(met), tell, self.effects):
                pass
        self.settle(len(log))
        return self

    def settle(self, reached: int) -> None:
        """See to what holds where the run stands."""
        if self.restarts:
            self.settled = Settled()
        for one in self.decisions.due(AT, reached, self.settled):
            self.settled.done.add(one.id)
            if needs(self.case, one):
                decide(self.case, one, self.effects)


def decide(case: Case[Document], one: Decision, effects: list[int]) -> list[tuple[str, Verdict]]:
    of = one.fact
    again = item(of.sequence or 0, of.offset) if isinstance(of, DeadLetterRedriven) else None
    return list(apply(case, one, again, tell, effects))


@given(logs)
def test_a_rebuild_by_a_newer_reader_gives_the_case_that_was_decided(log: Log) -> None:
    live, rebuilt = Run(decisions_on(log)).of(log), Run(decisions_on(log), newer_reader=True).of(log)

    assert rebuilt.case == live.case
    assert rebuilt.effects == live.effects


@given(logs, st.booleans())
def test_a_decision_that_is_met_again_changes_nothing(log: Log, newer_reader: bool) -> None:  # noqa: FBT001
    once = Run(decisions_on(log), newer_reader=newer_reader).of(log)
    often = Run(decisions_on(log), newer_reader=newer_reader, restarts=True).of(log)

    assert often.case == once.case
    assert often.effects == once.effects


@given(logs)
def test_no_event_is_lost_but_those_that_were_discarded_and_none_counts_twice(log: Log) -> None:
    run = Run(decisions_on(log)).of(log)

    assert run.effects == [n for n in range(1, run.case.version + 1) if n not in run.case.discarded]
    redriven = {entry.sequence for entry in log if entry.wish is None or not entry.wish.discard}
    given_up = {entry.sequence for entry in log} - redriven
    assert given_up <= {*run.case.discarded}


def test_a_discard_gives_up_no_event_of_which_a_good_copy_came_before_the_decision() -> None:
    """Anybody could put a broken copy of an event that is to come on the log."""
    log = [Entry(1, Wish(discard=True, late=2)), Entry(1, None), Entry(2, None)]

    for newer in (False, True):
        run = Run(decisions_on(log), newer_reader=newer).of(log)
        assert (run.effects, run.case.discarded) == ([1, 2], [])


def test_the_first_decision_on_a_record_counts() -> None:
    decisions = Decisions(PROJECTION)
    letter = place(PROJECTION, AT.topic, AT.partition, 7)

    assert decisions.add(letter, fact(1, 7, discard=False, after=8))
    assert not decisions.add(letter, fact(1, 7, discard=True, after=8))

    assert isinstance(decisions.due(AT, 8, Settled())[0].fact, DeadLetterRedriven)


def test_a_decision_for_another_projection_or_about_another_place_than_its_id_is_none() -> None:
    decisions = Decisions("another")
    mine = Decisions(PROJECTION)
    of = fact(1, 7, discard=True, after=8)

    assert not decisions.add(place(PROJECTION, AT.topic, AT.partition, 7), of)
    assert not mine.add(place(PROJECTION, AT.topic, AT.partition, 8), of)


def test_a_decision_about_a_record_of_a_log_that_is_gone_meets_no_record_of_the_new_one() -> None:
    decisions = Decisions(PROJECTION)
    decisions.add(place(PROJECTION, AT.topic, AT.partition, 7), fact(1, 7, discard=True, after=8))

    assert isinstance(decisions.met(item(1, 7)).decoded, Unreadable)
    assert decisions.met(item(2, 7)).decoded == item(2, 7).decoded


def test_an_event_that_was_discarded_is_not_parked() -> None:
    case = Case[Document]("hz_1", version=1, discarded=[3])

    assert not park(case, item(3), ZeroDivisionError("a bug"))
    assert (case.parked, case.held) == (None, {})


def test_a_released_case_goes_on_with_all_that_it_held_and_only_from_where_it_was_parked() -> None:
    case, effects = Case[Document]("hz_1", version=1, state={"told": [1]}), list[int]()
    assert park(case, item(2), ZeroDivisionError("a bug"))
    list(play(case, item(3, 1), tell, effects))

    def release(sequence: int) -> Decision:
        of = {"projection": PROJECTION, "topic": "hazards", "partition": 0, "enterprise": ENTERPRISE}
        return Decision("rl_1", CaseReleased(**of, subject="hz_1", sequence=sequence))  # type: ignore[arg-type]

    assert not needs(case, release(1))
    assert needs(case, release(2))
    decide(case, release(2), effects)
    assert (case.version, case.parked, case.parked_since, case.held) == (3, None, None, {})
    assert effects == [2, 3]
    assert not needs(case, release(2))
