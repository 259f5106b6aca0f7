"""Which step can be taken from which state: every pair, and what each fact leaves."""

import pytest

from services.suggestions.domain import decisions, work
from services.suggestions.domain.suggestion import Suggestion
from shared.events.rules import Actor, TooEarly, WrongState
from shared.events.suggestions import SuggestionFact, SuggestionStatus
from tests.unit.suggestions.story import (
    ABANDONED,
    ALL,
    ANN,
    APPROVE,
    APPROVED,
    DEFER,
    DEFERRED,
    IMPLEMENT,
    IMPLEMENTED,
    IMPLEMENTING,
    LI,
    MEI,
    MERGE,
    MERGED,
    REJECTED,
    REVIEW,
    REVIEWED,
    SUBMIT,
    SUBMITTED,
    VERIFIED,
    WITHDRAWN,
    Rule,
    day,
)

# Rule, actor, the states it can be taken from, the state it leads to.
ARROWS: tuple[tuple[Rule, Actor, tuple[Suggestion, ...], str], ...] = (
    (REVIEW, MEI, (SUBMITTED, REVIEWED), "under_review"),
    (APPROVE, LI, (REVIEWED,), "approved"),
    (decisions.reject, LI, (REVIEWED,), "rejected"),
    (DEFER, LI, (REVIEWED,), "deferred"),
    (decisions.reconsider, LI, (REJECTED, DEFERRED), "under_review"),
    (work.start, MEI, (APPROVED,), "implementing"),
    (IMPLEMENT, MEI, (APPROVED, IMPLEMENTING), "implemented"),
    (work.verify, LI, (IMPLEMENTED,), "verified"),
    (decisions.withdraw, ANN, (SUBMITTED, REVIEWED, DEFERRED), "withdrawn"),
    (work.abandon, LI, (APPROVED, IMPLEMENTING), "abandoned"),
    (MERGE, MEI, (SUBMITTED, REVIEWED, DEFERRED, APPROVED, IMPLEMENTING), "merged"),
)
PAIRS = [(rule, by, state, froms, to) for rule, by, froms, to in ARROWS for state in ALL]


@pytest.mark.parametrize(("rule", "by", "state", "froms", "to"), PAIRS)
def test_a_step_is_taken_from_its_states_and_from_no_other(
    rule: Rule, by: Actor, state: Suggestion, froms: tuple[Suggestion, ...], to: str
) -> None:
    if state in froms:
        fact = rule(state, by, day(8))
        assert isinstance(fact, SuggestionFact)
        assert (fact.before, fact.after) == (state.status, to)
        assert (fact.by, fact.site) == (by.role, state.site)
    else:
        with pytest.raises(WrongState) as refusal:
            rule(state, by, day(8))
        assert refusal.value.extra == {"state": state.status}


@pytest.mark.parametrize(
    ("rule", "by", "state", "froms", "to"), [pair for pair in PAIRS if pair[2] in pair[3]]
)
def test_no_step_lies_before_the_one_that_led_there(
    rule: Rule, by: Actor, state: Suggestion, froms: tuple[Suggestion, ...], to: str
) -> None:
    del froms, to
    with pytest.raises(TooEarly):
        rule(state, by, day(1, hour=11))
    if state is not SUBMITTED:
        with pytest.raises(TooEarly):
            rule(state, by, day(2, hour=11) if state is REVIEWED else day(3, hour=11))


def test_a_suggestion_is_submitted_once() -> None:
    with pytest.raises(WrongState):
        SUBMIT(SUBMITTED, ANN, day(2))


def test_the_states_told_are_all_there_are() -> None:
    assert {state.status for state in ALL} == set(SuggestionStatus)
    assert VERIFIED.status == "verified"
    assert WITHDRAWN.status == "withdrawn"
    assert ABANDONED.status == "abandoned"
    assert MERGED.into == "sg_2"
