"""The laws of the figures, on any history: balances, cells that never go negative, what was known when."""

import random
from collections import UserDict
from collections.abc import ItemsView

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.periods import months
from services.reporting.domain.report import Row, Series, Totals
from services.reporting.domain.rollups import TOTAL, Level
from shared.events import Fact, Recorded
from shared.events.rules import month
from tests.unit.reporting.histories import logs
from tests.unit.reporting.ledger import Ledger, open_by_hand, reporting_by_hand

FIRST, LAST = 201601, 201612
PATHS = (TOTAL, "i.C", "i.F", "s.small", "s.medium")
MONTHS = st.sampled_from(list(months(FIRST, LAST)))

Log = list[Recorded[Fact]]


def count(totals: Totals, name: str) -> int:
    value = totals[name]
    assert value is not None
    return value


def kept(log: Log) -> Ledger:
    ledger = Ledger()
    ledger.apply(log)
    return ledger


@given(logs())
def test_open_at_the_end_is_open_before_plus_what_came_minus_what_went_in_every_cell(log: Log) -> None:
    ledger = kept(log)
    for _, area in ledger.areas():
        for path in PATHS:
            before = 0
            for at in months(FIRST, LAST):
                month_ = ledger.totals(at, at, area=area, path=path)
                came = count(month_, "hazards_reported") + count(month_, "hazards_reopened")
                went = sum(count(month_, f"hazards_{how}") for how in ("resolutions", "dismissed", "merged"))
                assert count(month_, "hazards_open") == before + came - went
                before += came - went


@given(logs())
def test_the_open_hazards_are_those_that_a_hand_would_count(log: Log) -> None:
    ledger = kept(log)

    for at in months(FIRST, LAST):
        assert ledger.totals(at, at)["hazards_open"] == open_by_hand(log, at)


@given(logs())
def test_the_months_of_a_range_say_what_each_of_them_says_alone(log: Log) -> None:
    series = kept(log).series()

    for first in months(FIRST, LAST):
        alone = [(at, series.totals(at, at)) for at in months(first, LAST)]
        assert series.each_month(first, LAST) == alone


class Counting(UserDict[str, int]):
    """Counters that count how often they are gone through."""

    read = 0

    def items(self) -> ItemsView[str, int]:
        """Go through them."""
        self.read += 1
        return super().items()


def test_a_report_by_month_goes_through_each_row_once_however_many_months_it_has() -> None:
    rows = [Row(at, Counting(hazards_reported=1)) for at in months(201501, 202412)]

    Series(rows).each_month(201501, 202412)

    assert {row.counters.read for row in rows if isinstance(row.counters, Counting)} == {1}


@given(logs())
def test_a_firm_that_grows_and_moves_makes_no_cell_negative(log: Log) -> None:
    ledger = kept(log)
    for _, area in ledger.areas():
        for path in PATHS:
            for at in months(FIRST, LAST):
                totals = ledger.totals(at, at, area=area, path=path)
                assert all(value is None or value >= 0 for value in totals.values())


@given(logs())
def test_no_cell_was_ever_negative_as_it_was_known_then(log: Log) -> None:
    ledger = kept(log)
    for known in months(FIRST, LAST):
        for at in months(FIRST, LAST):
            totals = ledger.totals(at, at, known=known)
            assert all(value is None or value >= 0 for value in totals.values())


@given(logs(), MONTHS, MONTHS, MONTHS)
def test_distinct_enterprises_over_any_range_equal_a_count_by_hand(
    log: Log, one: int, other: int, known: int
) -> None:
    ledger = kept(log)
    first, last = sorted((one, other))

    for level, area in ledger.areas():
        prefix = "" if level is Level.NATION else area
        by_hand = reporting_by_hand(log, first, last, prefix=prefix, known=known)
        assert ledger.totals(first, last, area=area, known=known)["enterprises_reporting"] == by_hand


@given(logs(), st.randoms(use_true_random=False))
def test_the_figures_do_not_depend_on_how_cases_interleave(log: Log, chance: random.Random) -> None:
    waiting = {subject: [event for event in log if event.subject == subject] for subject in _subjects(log)}
    other: Log = []
    while waiting:
        subject = chance.choice(sorted(waiting))
        other.append(waiting[subject].pop(0))
        if not waiting[subject]:
            del waiting[subject]

    ours, theirs = kept(log), kept(other)

    for at in months(FIRST, LAST):
        for known in (201602, 201604, LAST):
            assert ours.totals(FIRST, at, known=known) == theirs.totals(FIRST, at, known=known)


@given(logs(), MONTHS)
def test_what_is_learnt_later_changes_no_answer_as_of_an_earlier_month(log: Log, known: int) -> None:
    then = [event for event in log if month(event.recorded_at) <= known]

    early, late = kept(_whole(then)), kept(log)

    for at in months(FIRST, LAST):
        assert late.totals(FIRST, at, known=known) == early.totals(FIRST, at, known=known)


@given(logs())
def test_counties_sections_and_sizes_each_add_up_to_the_nation(log: Log) -> None:
    ledger = kept(log)
    nation = ledger.totals(FIRST, LAST)
    additive = [name for name in nation if not name.startswith(("enterprises_reporting", "days_"))]
    counties = [area for level, area in ledger.areas() if level is Level.COUNTY]

    for parts in (
        [ledger.totals(FIRST, LAST, area=county) for county in counties],
        [ledger.totals(FIRST, LAST, path=path) for path in ("i.C", "i.F")],
        [ledger.totals(FIRST, LAST, path=path) for path in ("s.small", "s.medium")],
    ):
        for name in additive:
            assert sum(count(part, name) for part in parts) == nation[name]


def _subjects(log: Log) -> set[str]:
    return {event.subject for event in log}


def _whole(log: Log) -> Log:
    """Without cases whose first event is not among them: nobody knew of those yet."""
    begun = {event.subject for event in log if event.sequence == 1}
    return [event for event in log if event.subject in begun]
