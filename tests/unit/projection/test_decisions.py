"""Which decisions hold for a partition, and when."""

from aiokafka import TopicPartition

from shared.events.operations import place
from shared.projection.decisions import Decisions, Settled
from tests.unit.projection.test_ruling import AT, PROJECTION, fact


def noted(decisions: Decisions, offset: int, *, after: int) -> str:
    identity = place(PROJECTION, AT.topic, AT.partition, offset)
    assert decisions.add(identity, fact(1, offset, discard=True, after=after))
    return identity


def due(decisions: Decisions, reached: int, *done: str) -> list[str]:
    return [one.id for one in decisions.due(AT, reached, Settled(set(done)))]


def test_decisions_are_due_in_the_order_in_which_they_hold_and_of_equal_ones_as_they_came() -> None:
    decisions = Decisions(PROJECTION)
    third, first, second = (
        noted(decisions, offset, after=after) for offset, after in ((0, 9), (4, 5), (1, 5))
    )

    assert due(decisions, 4) == []
    assert due(decisions, 5) == [first, second]
    assert due(decisions, 9) == [first, second, third]
    assert due(decisions, 9, first) == [second, third]
    assert decisions.starts == {(AT, 5), (AT, 9)}


def test_one_that_comes_late_is_due_though_all_after_it_are_done() -> None:
    decisions = Decisions(PROJECTION)
    done = [noted(decisions, offset, after=offset + 1) for offset in (5, 6)]
    settled = Settled(set(done))
    assert decisions.due(AT, 10, settled) == decisions.due(AT, 10, settled) == []

    late = noted(decisions, 0, after=2)

    assert [one.id for one in decisions.due(AT, 10, settled)] == [late]
    settled.done.add(late)
    assert decisions.due(AT, 10, settled) == []


def test_a_reader_that_stands_further_on_or_back_is_told_of_what_holds_there() -> None:
    decisions, settled = Decisions(PROJECTION), Settled()
    early, late = (noted(decisions, offset, after=offset + 1) for offset in (1, 5))
    settled.done.add(early)
    assert decisions.due(AT, 3, settled) == []

    assert [one.id for one in decisions.due(AT, 6, settled)] == [late]
    settled.done.add(late)
    assert decisions.due(AT, 6, settled) == []
    new = noted(decisions, 2, after=3)
    assert [one.id for one in decisions.due(AT, 3, settled)] == [new]


def test_decisions_are_of_their_partition_alone() -> None:
    decisions = Decisions(PROJECTION)
    noted(decisions, 0, after=1)

    assert decisions.due(TopicPartition(AT.topic, AT.partition + 1), 10, Settled()) == []
    assert (decisions.count(AT.partition), decisions.count(AT.partition + 1)) == (1, 0)
