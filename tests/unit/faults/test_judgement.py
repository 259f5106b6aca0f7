"""What must not be is seen: on the log, in an answer, in a report and from one report to the next."""

from typing import Any

import pytest

from tests.e2e.faults.facts import Fact
from tests.e2e.faults.figures import ADDITIVE
from tests.e2e.faults.log import Log
from tests.e2e.faults.model import Model
from tests.e2e.faults.watcher import Watcher
from tests.facts import ENTERPRISE, NOON, records
from tests.unit.projection.conftest import on_log


def read(*sequences: int) -> Log:
    log = Log()
    for offset, record in enumerate(records("hz_1", *sequences)):
        log.take(on_log(record, offset))
    return log


def accepted(*types: str, version: int | None = None) -> Model:
    model = Model()
    for sequence, type_ in enumerate(types, 1):
        fact = Fact(type_, NOON, ENTERPRISE, "330503", "C", 202603)
        answer = {"version": version or sequence, "status": "assigned" if sequence > 1 else "reported"}
        model.accept("hazards", "hz_1", f"key-{sequence}", fact, answer)
    return model


def test_copies_are_dropped_wherever_they_stand() -> None:
    log = read(1, 2, 1, 3, 2, 3)

    assert (len(log.cases["hz_1"]), log.copies, log.wrong) == (3, 3, [])


@pytest.mark.parametrize("sequences", [(2, 1), (1, 3), (2,)])
def test_a_gap_or_another_order_on_the_log_is_seen(sequences: tuple[int, ...]) -> None:
    assert read(*sequences).wrong


def test_another_version_of_an_event_is_seen() -> None:
    log = read(1)
    (first,) = records("hz_1", 1)
    log.take(on_log(first._replace(value=(first.value or b"").replace(b"worker", b"team")), 1))

    assert log.wrong == ["hz_1:1 was published in two versions"]


def test_what_the_log_lacks_or_has_besides_is_seen() -> None:
    assert read(1).differences(accepted("HazardReported", "HazardAssigned"))
    assert read(1).differences(Model())


def test_an_answer_that_counts_a_command_twice_is_seen() -> None:
    assert accepted("HazardReported").wrong == []
    assert accepted("HazardReported", version=2).wrong


def report(*, offset: int = 7, as_of: str = "2026-03-02T12:00:00+00:00", **figures: int) -> dict[str, Any]:
    totals = dict.fromkeys(ADDITIVE, 0) | {"hazards_open": 0} | figures
    months = [{"key": "2026-02", "totals": totals | {"hazards_open": 0}}]
    provenance = {"generation": 1, "offsets": {"hazards": {"0": offset}}, "as_of": as_of}
    return {"totals": totals, "groups": months, "provenance": provenance}


@pytest.fixture
def watcher() -> Watcher:
    # Nothing is asked of anybody: the reports are handed to it.
    return Watcher(None, None)  # type: ignore[arg-type]


def test_reports_that_add_up_and_go_on_are_right(watcher: Watcher) -> None:
    watcher.take(report(), "area")
    watcher.take(report(offset=8, as_of="2026-03-02T12:00:01+00:00", hazards_reported=3), "area")

    assert watcher.wrong == []


def test_a_total_that_is_not_the_sum_of_its_groups_is_seen(watcher: Watcher) -> None:
    said = report(hazards_reported=3)
    said["totals"] = said["totals"] | {"hazards_reported": 4}
    watcher.take(said, "area")

    assert watcher.wrong == ["hazards_reported is 4, and 3 by area"]


def test_open_hazards_that_do_not_follow_from_the_month_before_are_seen(watcher: Watcher) -> None:
    said = report(hazards_reported=3)
    march = {"key": "2026-03", "totals": said["totals"] | {"hazards_open": 2}}
    said["totals"] = said["totals"] | {"hazards_reported": 6}
    watcher.take(said | {"groups": [*said["groups"], march]}, "month")

    assert watcher.wrong == ["2 hazards are open, where 3 follow from the month before"]


@pytest.mark.parametrize("later", [{"offset": 6}, {"as_of": "2026-03-02T11:59:59+00:00"}])
def test_a_report_that_goes_back_behind_another_is_seen(watcher: Watcher, later: dict[str, Any]) -> None:
    watcher.take(report(), "area")
    watcher.take(report(**later), "area")

    assert len(watcher.wrong) == 1
