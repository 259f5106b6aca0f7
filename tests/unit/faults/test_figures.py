"""Figures counted by hand from whole histories are those that the platform keeps event by event."""

from collections import defaultdict

import orjson
from hypothesis import given

from services.reporting.domain.periods import months
from shared.events import Fact, Recorded
from shared.events.wire import data
from tests.e2e.faults.facts import Fact as Told
from tests.e2e.faults.facts import told
from tests.e2e.faults.figures import count
from tests.unit.reporting.histories import logs
from tests.unit.reporting.ledger import Ledger

SPANS = [(month, month) for month in months(201601, 201612)] + [(201602, 201605), (201601, 201612)]


@given(logs())
def test_two_ways_of_counting_agree_on_any_history(log: list[Recorded[Fact]]) -> None:
    ledger = Ledger()
    ledger.apply(log)
    cases: defaultdict[str, list[Told]] = defaultdict(list)
    for event in log:
        fact = told(event.type, event.occurred_at.isoformat(), orjson.loads(data(event.fact)))
        cases[event.subject].append(fact)

    for first, last in SPANS:
        kept = ledger.totals(first, last)
        by_hand = count(cases.values(), first, last)
        assert {name: kept[name] for name in by_hand} == by_hand
