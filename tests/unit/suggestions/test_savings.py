"""Savings: past periods, four eyes, and never more than was claimed."""

from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.suggestions.domain import savings
from services.suggestions.domain.savings import reject_saving, verify_saving
from shared.events.rules import Invalid, OwnWork, TooEarly, WrongState
from shared.events.savings import SavingClaimed
from tests.unit.suggestions.story import CLAIM, LI, MEI, Rule, claimed, day

VERIFY: Rule = partial(verify_saving, amount=None)


def test_a_claim_says_what_was_saved_and_when() -> None:
    fact = CLAIM(None, MEI, day(2))

    assert isinstance(fact, SavingClaimed)
    assert (fact.before, fact.after, fact.amount) == (None, "claimed", 1_600_000)
    assert (fact.period.first, fact.period.last) == (date(2015, 11, 1), date(2016, 2, 29))


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2016, 2, 2), date(2016, 2, 1)), (date(2016, 2, 1), date(2016, 3, 3))],
    ids=["ends before it begins", "has not ended"],
)
def test_a_period_lies_in_the_past(first: date, last: date) -> None:
    with pytest.raises(Invalid) as refusal:
        partial(CLAIM, first=first, last=last)(None, MEI, day(2))

    assert refusal.value.fields[0][0] == "period.to"


def test_a_period_may_end_on_the_day_of_the_claim() -> None:
    assert partial(CLAIM, first=date(2016, 3, 2), last=date(2016, 3, 2))(None, MEI, day(2, hour=1))


@given(st.integers(1, 2**53 - 1))
def test_no_more_is_confirmed_than_was_claimed(amount: int) -> None:
    saving = claimed()
    if amount > saving.amount:
        with pytest.raises(Invalid):
            verify_saving(saving, LI, day(3), amount=amount)
    else:
        fact = verify_saving(saving, LI, day(3), amount=amount)
        assert (fact.claimed, fact.amount, fact.after) == (saving.amount, amount, "verified")


def test_without_an_amount_all_of_it_is_confirmed() -> None:
    assert claimed((VERIFY, LI, 3)).verified == 1_600_000


def test_what_is_rejected_says_what_was_claimed() -> None:
    fact = reject_saving(claimed(), LI, day(3))

    assert (fact.claimed, fact.after, fact.period) == (1_600_000, "rejected", claimed().period())
    assert claimed((reject_saving, LI, 3)).verified is None


@pytest.mark.parametrize("judge", [VERIFY, reject_saving])
def test_nobody_judges_their_own_claim(judge: Rule) -> None:
    with pytest.raises(OwnWork):
        judge(claimed(), MEI, day(3))


@pytest.mark.parametrize("judge", [VERIFY, reject_saving])
def test_a_claim_is_judged_after_it_was_made(judge: Rule) -> None:
    with pytest.raises(TooEarly):
        judge(claimed(), LI, day(1))


@pytest.mark.parametrize("judge", [VERIFY, reject_saving])
@pytest.mark.parametrize("judged", [VERIFY, reject_saving])
def test_a_claim_is_judged_once(judge: Rule, judged: Rule) -> None:
    with pytest.raises(WrongState):
        judge(claimed((judged, LI, 3)), LI, day(4))


def test_a_saving_is_claimed_once() -> None:
    with pytest.raises(WrongState):
        CLAIM(claimed(), MEI, day(3))
    assert savings.period(date(2016, 1, 1), date(2016, 1, 2)).last == date(2016, 1, 2)
