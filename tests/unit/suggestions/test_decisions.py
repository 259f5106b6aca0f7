"""Submission, joint review and decision: what each asks for beyond the right state."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from services.suggestions.domain import decisions
from services.suggestions.domain.refusals import NotAuthor, NotJoint
from shared.events.base import Role
from shared.events.rules import Invalid, WrongState
from shared.events.suggestions import (
    EnteredBy,
    Present,
    Recommendation,
    SubmittedAs,
    SuggestionReviewed,
    SuggestionSubmitted,
    SuggestionTopic,
)
from tests.facts import site
from tests.unit.suggestions.story import (
    ANN,
    APPROVE,
    DEFER,
    DEFERRED,
    LI,
    MEI,
    MERGED,
    OTHER,
    REVIEW,
    REVIEWED,
    SUBMIT,
    SUBMITTED,
    day,
    submitting,
    told,
)


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM, Role.MANAGER, Role.SERVICE])
def test_what_a_service_brings_was_entered_for_its_author(role: Role) -> None:
    fact = SUBMIT(None, replace(ANN, role=role), day(1))

    assert isinstance(fact, SuggestionSubmitted)
    assert fact.entered_by == (EnteredBy.PROXY if role is Role.SERVICE else EnteredBy.SELF)
    assert (fact.before, fact.after, fact.by) == (None, "submitted", role)


def test_a_clock_that_ran_ahead_is_marked() -> None:
    assert SUBMIT(None, ANN, replace(day(1), clock_skew=True)).clock_skew
    assert REVIEW(SUBMITTED, MEI, replace(day(2), clock_skew=True)).clock_skew


@pytest.mark.parametrize(
    ("present", "field"),
    [
        (Present(workers=0, managers=4), "present.workers"),
        (Present(workers=6, managers=0), "present.managers"),
    ],
)
def test_a_review_is_a_joint_step_or_none(present: Present, field: str) -> None:
    with pytest.raises(NotJoint) as refusal:
        decisions.review(SUBMITTED, MEI, day(2), recommendation=Recommendation.REJECT, present=present)

    assert refusal.value.fields[0][0] == field


def test_the_team_may_think_again_and_the_last_word_holds() -> None:
    again = partial(
        decisions.review, recommendation=Recommendation.REJECT, present=Present(workers=1, managers=1)
    )
    twice = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (again, MEI, 5))

    assert isinstance(again(REVIEWED, MEI, day(5)), SuggestionReviewed)
    assert twice.recommendation is Recommendation.REJECT
    # The review began with the first, so a decision may still lie between the two.
    assert twice.since == REVIEWED.since


def test_nothing_is_decided_that_the_team_has_not_seen() -> None:
    for decide in (APPROVE, decisions.reject, DEFER):
        with pytest.raises(WrongState):
            decide(SUBMITTED, LI, day(2))


def test_a_manager_may_decide_against_the_team() -> None:
    assert decisions.reject(REVIEWED, LI, day(3)).after == "rejected"


def test_what_is_approved_is_not_due_before() -> None:
    assert decisions.approve(REVIEWED, LI, day(3), due=date(2016, 3, 3), budget=None).due == date(2016, 3, 3)
    with pytest.raises(Invalid) as refusal:
        decisions.approve(REVIEWED, LI, day(3), due=date(2016, 3, 2), budget=None)

    assert refusal.value.fields[0][0] == "due"


def test_the_day_is_that_of_the_factory() -> None:
    # 07:00 in Shanghai is still the day before in UTC.
    with pytest.raises(Invalid):
        decisions.approve(REVIEWED, LI, day(4, hour=7), due=date(2016, 3, 3), budget=None)


@pytest.mark.parametrize("until", [date(2016, 3, 2), date(2016, 3, 3)])
def test_what_is_deferred_waits_for_a_later_day(until: date) -> None:
    with pytest.raises(Invalid) as refusal:
        decisions.defer(REVIEWED, LI, day(3), until=until)

    assert refusal.value.fields[0][0] == "until"


def test_what_was_deferred_is_under_review_again_on_its_date() -> None:
    assert DEFERRED.standing(date(2016, 3, 9)) == "deferred"
    assert DEFERRED.standing(date(2016, 3, 10)) == "under_review"
    with pytest.raises(WrongState):
        APPROVE(DEFERRED, LI, day(9, hour=23))

    approved = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (DEFER, LI, 3), (APPROVE, LI, 10))

    assert (approved.status, approved.until) == ("approved", None)


def test_what_has_come_back_needs_no_reconsidering() -> None:
    with pytest.raises(WrongState) as refusal:
        decisions.reconsider(DEFERRED, LI, day(10))

    assert refusal.value.extra == {"state": "under_review"}


def test_only_its_author_takes_a_suggestion_back() -> None:
    with pytest.raises(NotAuthor):
        decisions.withdraw(SUBMITTED, MEI, day(2))


def test_nobody_is_the_author_of_an_anonymous_suggestion() -> None:
    nameless = told((SUBMIT, ANN, 1), anonymous=True)

    assert nameless.author is None
    with pytest.raises(NotAuthor):
        decisions.withdraw(nameless, ANN, day(2))


@pytest.mark.parametrize(
    ("into", "other"),
    [
        ("sg_9", None),
        ("sg_1", SUBMITTED),
        (
            "sg_3",
            told(
                (SUBMIT, ANN, 1), (partial(decisions.merge, into="sg_2", other=OTHER), MEI, 2), subject="sg_3"
            ),
        ),
        ("sg_4", told((submitting("92330503MA28NANX1T"), ANN, 1), subject="sg_4")),
    ],
    ids=["missing", "itself", "merged", "another enterprise's"],
)
def test_a_suggestion_merges_only_into_one_that_can_carry_it(into: str, other: object) -> None:
    with pytest.raises(Invalid) as refusal:
        partial(decisions.merge, into=into, other=other)(SUBMITTED, MEI, day(2))  # type: ignore[arg-type]

    assert refusal.value.fields[0][0] == "into"


def test_what_the_phone_keeps_is_kept_beside_the_case() -> None:
    kept = told((SUBMIT, ANN, 1), receipt_hash="h" * 64, group="night shift", brainstorm="b-1")

    assert (kept.receipt_hash, kept.group, kept.brainstorm) == ("h" * 64, "night shift", "b-1")


def test_a_topic_is_not_only_safety() -> None:
    submit = partial(decisions.submit, site=site(), submitted_as=SubmittedAs.ANONYMOUS)

    assert {submit(None, ANN, day(1), topic=topic).topic for topic in SuggestionTopic} == set(SuggestionTopic)
    assert MERGED.topic is SuggestionTopic.QUALITY
