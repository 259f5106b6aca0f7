"""Whatever comes, as often and in whatever order: each event counts once, in the order of its case."""

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from shared.events.base import Fact, Recorded
from shared.events.wire import Record
from shared.projection import Folded
from shared.projection.cases import Case, Verdict, play
from shared.projection.interventions import park
from shared.projection.records import Item, read
from tests.unit.projection.conftest import good, newer, on_log, unreadable

LENGTH = 8
# Of these sequences the log holds events of a type that this build does not know.
NEWER = frozenset({3, 7})
State = list[int]

sequences = st.integers(1, LENGTH)
# What stands on the log: which event, and whether this copy of it can be read.
logs = st.lists(st.tuples(sequences, st.booleans()), max_size=4 * LENGTH)


def tell(state: State | None, event: Recorded[Fact]) -> Folded[State, int]:
    return Folded([*(state or []), event.sequence], (event.sequence,))


def item(record: Record, offset: int = 0) -> Item:
    return read(on_log(record, offset), partitions=1)


def copy(sequence: int, *, whole: bool) -> Record:
    if not whole:
        return unreadable(sequence)
    return newer(sequence) if sequence in NEWER else good(sequence)


def played(
    log: Iterable[tuple[int, bool]], fold: Callable[[State | None, Recorded[Fact]], Folded[State, int]] = tell
) -> tuple[Case[State], list[int], list[Verdict]]:
    case, effects, verdicts = Case[State]("hz_1"), list[int](), list[Verdict]()
    for offset, (sequence, whole) in enumerate(log):
        decided = play(case, item(copy(sequence, whole=whole), offset), fold, effects)
        verdicts += [verdict for _, verdict in decided]
    return case, effects, verdicts


def reach(seen: set[int]) -> int:
    """How far a case gets that has seen these events."""
    return next(n for n in range(LENGTH + 1) if n + 1 not in seen)


@given(logs)
def test_every_event_counts_once_and_in_order(log: list[tuple[int, bool]]) -> None:
    case, effects, _ = played(log)

    seen = {sequence for sequence, whole in log if whole}
    assert case.version == reach(seen)
    assert effects == [n for n in range(1, case.version + 1) if n not in NEWER] == (case.state or [])


@given(logs)
def test_what_waits_for_its_predecessor_is_kept_and_what_was_applied_is_not(
    log: list[tuple[int, bool]],
) -> None:
    case, _, _ = played(log)

    seen = {sequence for sequence, whole in log if whole}
    assert case.held.keys() == {sequence for sequence in seen if sequence > case.version}
    assert all(sequence > case.version for sequence in case.holes)
    assert case.holes.keys() == {n for n, whole in log if not whole and n > case.version} - seen


@given(logs)
def test_the_whole_log_once_more_closes_every_gap_and_hole(log: list[tuple[int, bool]]) -> None:
    everything = [(sequence, True) for sequence in range(1, LENGTH + 1)]

    case, effects, _ = played([*log, *reversed(everything)])

    assert (case.version, case.held, case.holes) == (LENGTH, {}, {})
    assert effects == [n for n in range(1, LENGTH + 1) if n not in NEWER]


@given(logs, sequences)
def test_a_fold_that_fails_stops_the_case_there_and_loses_none_of_its_events(
    log: list[tuple[int, bool]], bad: int
) -> None:
    def fails(state: State | None, event: Recorded[Fact]) -> Folded[State, int]:
        if event.sequence == bad:
            raise ZeroDivisionError
        return tell(state, event)

    case, effects, _ = played(log, fails)

    seen = {sequence for sequence, whole in log if whole}
    met = bad not in NEWER and bad <= reach(seen)
    assert (case.parked is not None) == met
    assert case.version == (bad - 1 if met else reach(seen))
    assert effects == [n for n in range(1, case.version + 1) if n not in NEWER]
    assert case.held.keys() == {sequence for sequence in seen if sequence > case.version}


def test_each_record_is_told_what_became_of_it() -> None:
    log = [(1, True), (1, True), (4, True), (2, False), (2, True), (3, True)]

    _, _, verdicts = played(log)

    assert verdicts == [
        Verdict.APPLIED,
        Verdict.DUPLICATE,
        Verdict.GAP,
        Verdict.DEAD,
        Verdict.APPLIED,
        # The third, of a newer type, and with it the fourth that was held for it.
        Verdict.SKIPPED,
        Verdict.APPLIED,
    ]


def test_a_hole_says_where_on_the_log_it_is_and_why() -> None:
    case, _, _ = played([(1, True), (2, False)])

    assert case.holes == {
        2: {"topic": "hazards", "partition": 0, "offset": 1, "sequence": 2, "reason": "schema"}
    }


def test_only_what_its_case_has_not_seen_is_parked() -> None:
    case, _, _ = played([(1, True)])
    bug = ZeroDivisionError("why")

    assert not park(case, item(good(1)), bug)
    assert not park(case, item(unreadable(2)), bug)
    assert not case.held
    assert park(case, item(good(2)), bug)
    assert case.parked == "ZeroDivisionError: why"
    assert list(case.held) == [2]
    assert case.parked_since == 0
