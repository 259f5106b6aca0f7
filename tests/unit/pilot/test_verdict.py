"""The verdict: right only when every level says what was planted; and what is shown beside it."""

from collections import Counter
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from deploy.pilot.expected import differences
from deploy.pilot.plan import Plan
from deploy.pilot.reading import AREAS, Reading, Totals
from deploy.pilot.replay import Sent
from deploy.pilot.story import Result
from deploy.pilot.tables import tables
from deploy.pilot.tally import Figures

_OTHERS = {
    "enterprises_registered": 5,
    "enterprises_reporting": 5,
    "savings_claimed_fen": 0,
    "days_to_resolve_median": 9,
    "days_to_resolve_p95": 23,
}


def said(chosen: Plan, *, enterprise: str | None = None, month: int | None = None) -> Totals:
    """Return figures as a report would say them, of all of it or of a part."""
    total: Figures = Counter()
    stock: Figures = Counter()
    for (uscc, when), figures in chosen.tally.items():
        if enterprise in {None, uscc}:
            total.update(figures if month in {None, when} else {})
            stock.update(figures if month is None or when <= month else {})
    closed = stock["hazards_resolutions"] + stock["hazards_dismissed"] + stock["hazards_merged"]
    still = stock["hazards_reported"] + stock["hazards_reopened"] - closed
    return _OTHERS | dict(total) | {"hazards_open": still}


@pytest.fixture(scope="module")
def right(whole: Plan) -> Reading:
    months = sorted({month for _, month in whole.tally})
    return Reading(
        dict.fromkeys(AREAS, said(whole)),
        {f"{month // 100}-{month % 100:02}": said(whole, month=month) for month in months},
        {factory.uscc: said(whole, enterprise=factory.uscc) for factory in whole.factories},
        0,
    )


def test_a_report_that_says_what_was_planted_is_right(whole: Plan, right: Reading) -> None:
    assert differences(whole, right) == []


@pytest.mark.parametrize(
    "figure",
    [
        "enterprises_reporting",
        "suggestions_submitted",
        "hazards_resolved",
        "savings_claimed_fen",
        "hazards_open",
    ],
)
@pytest.mark.parametrize("code", AREAS)
def test_one_more_or_less_at_any_level_is_told(whole: Plan, right: Reading, code: str, figure: str) -> None:
    number = right.areas[code][figure]
    assert number is not None
    wrong = replace(right, areas={**right.areas, code: {**right.areas[code], figure: number - 1}})

    told = differences(whole, wrong)

    assert told
    assert all(
        line == f"{code}: {figure} should be {number:,} and the report says {number - 1}" for line in told
    )


def test_a_resolution_in_the_wrong_month_is_told_though_the_total_is_right(
    whole: Plan, right: Reading
) -> None:
    march, april = right.months["2016-03"], right.months["2016-04"]
    moved = {
        "2016-03": {**march, "hazards_resolved": (march["hazards_resolved"] or 0) - 1},
        "2016-04": {**april, "hazards_resolved": (april["hazards_resolved"] or 0) + 1},
    }

    told = differences(whole, replace(right, months={**right.months, **moved}))

    assert [line.partition(":")[0] for line in told] == ["2016-03", "2016-04"]


def test_what_was_published_stands_beside_our_figures_in_the_words_of_the_source(
    whole: Plan, right: Reading
) -> None:
    console = Console(width=80, record=True, file=StringIO())
    for table in tables(Result(whole, Sent(), right, [], 0.0)):
        console.print(table)
    shown = " ".join(console.export_text().split())

    for words in ("more than 1,600", "more than 1,000", "about RMB 25 million", "25,000,000", "Nation, CN"):
        assert words in shown
