"""What counts as a difference between two generations, field by field."""

from typing import Any

import pytest

from shared.mongo import Document
from shared.projection.rebuild.comparing import Comparison, Difference, Rules


def different(
    old: Document | None,
    new: Document | None,
    *,
    of: str = "any",
    counters: bool = False,
    same_log: bool = True,
) -> list[tuple[str, Any, Any]]:
    def whole(document: Document | None) -> Document | None:
        return None if document is None else {"_id": "x"} | document

    rules = Rules(of, counters=counters, same_log=same_log)
    return [(one.field, one.old, one.new) for one in rules.differences(whole(old), whole(new))]


def test_a_field_is_told_by_its_path_with_both_values() -> None:
    old = {"state": {"steps": 2, "home": [1]}, "version": 2}
    new = {"state": {"steps": 3, "home": [1]}, "version": 2}

    assert different(old, new) == [("state.steps", 2, 3)]


def test_the_order_of_fields_is_no_difference() -> None:
    assert different({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"d": 2, "c": 1}, "a": 1}) == []


def test_a_field_that_is_null_is_not_one_that_is_missing() -> None:
    assert different({"parked": None}, {}) == [("parked", None, None)]


@pytest.mark.parametrize("nothing", [None, {"lane": 0}, {"lane": 0, "t": {"hr": 0}, "n": {"1": {"hr": 0}}}])
def test_a_counter_at_zero_says_as_much_as_none_and_a_document_of_them_as_much_as_none(
    nothing: Document | None,
) -> None:
    zero = {"lane": 0, "t": {"hr": 0, "ss": 0}}

    assert different(zero, nothing, counters=True) == []
    assert different(nothing, zero, counters=True) == []


def test_where_there_are_no_counters_a_zero_is_a_value() -> None:
    assert different({"state": {"days": 0}}, {"state": {}}) == [("state.days", 0, None)]


def test_a_document_that_one_side_lacks_is_told_whole() -> None:
    assert different({"version": 1}, None) == [("", {"_id": "x", "version": 1}, None)]
    assert different(None, {"t": {"hr": 2}}, counters=True) == [("", None, {"_id": "x", "t.hr": 2})]


def test_how_often_a_lane_was_held_for_decisions_is_no_difference() -> None:
    assert different({"next": 4, "decided": 3}, {"next": 4}, of="positions") == []


def test_what_a_case_says_of_places_counts_only_where_both_were_read_from_one_log() -> None:
    old: Document = {"held": [{"sequence": 3, "offset": 7, "logged": 1}], "parked_since": 1, "version": 1}
    new: Document = {"held": [{"sequence": 3, "offset": 9, "logged": 2}], "parked_since": 2, "version": 1}

    assert [field for field, *_ in different(old, new, of="cases")] == ["held", "parked_since"]
    assert different(old, new, of="cases", same_log=False) == []
    assert different(old, {"version": 1}, of="cases", same_log=False) == [("held", [3], [])]


def test_of_many_differences_the_first_are_shown_and_all_are_counted() -> None:
    comparison = Comparison()
    for n in range(30):
        comparison.add([Difference("cases", str(n), "version", 1, 2)] * 2)

    assert (comparison.differing, comparison.fields, len(comparison.first)) == (30, 60, 20)
    assert comparison.first[-1].id == "9"
