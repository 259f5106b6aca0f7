"""Work on what was approved: four eyes, and costs."""

import pytest

from services.suggestions.domain import work
from shared.events.rules import OwnWork
from tests.unit.suggestions.story import (
    ANN,
    APPROVE,
    IMPLEMENT,
    IMPLEMENTED,
    LI,
    MEI,
    REVIEW,
    SUBMIT,
    VERIFIED,
    day,
    told,
)


def test_nobody_verifies_their_own_work() -> None:
    with pytest.raises(OwnWork):
        work.verify(IMPLEMENTED, MEI, day(6))


def test_somebody_else_verifies_it() -> None:
    assert work.verify(IMPLEMENTED, LI, day(6)).after == "verified"
    assert VERIFIED.implementer == "mei"


def test_the_author_may_verify_what_others_made_of_the_idea() -> None:
    assert work.verify(IMPLEMENTED, ANN, day(6)).after == "verified"


def test_a_small_improvement_needs_no_start() -> None:
    straight = told((SUBMIT, ANN, 1), (REVIEW, MEI, 2), (APPROVE, LI, 3), (IMPLEMENT, MEI, 3))

    assert (straight.status, straight.cost, straight.budget) == ("implemented", 90_000, 120_000)
