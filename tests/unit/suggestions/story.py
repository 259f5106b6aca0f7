"""Suggestions and savings as they came to be: each told by the steps that led there."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from services.suggestions.domain import decisions, savings, work
from services.suggestions.domain.savings import Saving, evolve_saving
from services.suggestions.domain.suggestion import Suggestion, evolve
from shared.events.base import Fact, Recorded, Role
from shared.events.rules import Actor, Moment, Private
from shared.events.savings import SavingCategory
from shared.events.suggestions import Present, Recommendation, SubmittedAs, SuggestionTopic
from tests.facts import ENTERPRISE, site

ANN = Actor("ann", Role.WORKER, enterprises=(ENTERPRISE,))
MEI = Actor("mei", Role.TEAM, enterprises=(ENTERPRISE,))
LI = Actor("li", Role.MANAGER, enterprises=(ENTERPRISE,))

Rule = Callable[[Any, Actor, Moment], Fact]


def day(number: int, hour: int = 12) -> Moment:
    """Return an hour in Shanghai of a day of March 2016, known at once."""
    at = datetime(2016, 3, 1, tzinfo=UTC) + timedelta(days=number - 1, hours=hour - 8)
    return Moment(at, at)


def told(
    *steps: tuple[Rule, Actor, int], anonymous: bool = False, subject: str = "sg_1", **texts: str
) -> Suggestion:
    """Return the suggestion after steps on their days of March."""
    state: Suggestion | None = None
    for number, (rule, by, when) in enumerate(steps, 1):
        at = day(when)
        event: Recorded[Any] = Recorded(rule(state, by, at), subject, number, at.occurred_at, at.recorded_at)
        state = evolve(state, event, Private(None if anonymous else by.id, texts))
    assert state is not None
    return state


def claimed(*steps: tuple[Rule, Actor, int]) -> Saving:
    """Return a saving that MEI claimed on 2 March, after further steps."""
    state: Saving | None = None
    told_from: list[tuple[Rule, Actor, int]] = [(CLAIM, MEI, 2), *steps]
    for number, (rule, by, when) in enumerate(told_from, 1):
        at = day(when)
        event: Recorded[Any] = Recorded(rule(state, by, at), "sv_1", number, at.occurred_at, at.recorded_at)
        state = evolve_saving(state, event, Private(by.id, {}))
    assert state is not None
    return state


def submitting(enterprise: str = ENTERPRISE) -> Rule:
    """Return a submission at the enterprise's first site."""
    return partial(
        decisions.submit,
        site=site(enterprise),
        topic=SuggestionTopic.QUALITY,
        submitted_as=SubmittedAs.NAMED,
    )


SUBMIT = submitting()
REVIEW: Rule = partial(
    decisions.review, recommendation=Recommendation.APPROVE, present=Present(workers=6, managers=4)
)
APPROVE: Rule = partial(decisions.approve, due=date(2016, 4, 1), budget=120_000)
DEFER: Rule = partial(decisions.defer, until=date(2016, 3, 10))
IMPLEMENT: Rule = partial(work.implement, cost=90_000)
CLAIM = partial(
    savings.claim,
    site=site(),
    amount=1_600_000,
    category=SavingCategory.DOWNTIME,
    first=date(2015, 11, 1),
    last=date(2016, 2, 29),
    suggestion=None,
    hazard=None,
)

SUBMITTED = told((SUBMIT, ANN, 1))
REVIEWED = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2))
APPROVED = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (APPROVE, LI, 3))
REJECTED = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (decisions.reject, LI, 3))
DEFERRED = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (DEFER, LI, 3))
IMPLEMENTING = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (APPROVE, LI, 3), (work.start, MEI, 4))
IMPLEMENTED = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (APPROVE, LI, 3), (IMPLEMENT, MEI, 5))
VERIFIED = told(
    (SUBMIT, ANN, 1), (REVIEW, MEI, 2), (APPROVE, LI, 3), (IMPLEMENT, MEI, 5), (work.verify, LI, 6)
)
WITHDRAWN = told((SUBMIT, ANN, 1), (decisions.withdraw, ANN, 2))
ABANDONED = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (APPROVE, LI, 3), (work.abandon, LI, 4))
OTHER = told((SUBMIT, ANN, 1), subject="sg_2")
MERGE: Rule = partial(decisions.merge, into="sg_2", other=OTHER)
MERGED = told((SUBMIT, ANN, 1), (MERGE, MEI, 2))

ALL = (
    SUBMITTED,
    REVIEWED,
    APPROVED,
    REJECTED,
    DEFERRED,
    IMPLEMENTING,
    IMPLEMENTED,
    VERIFIED,
    WITHDRAWN,
    ABANDONED,
    MERGED,
)
