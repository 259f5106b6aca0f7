"""What is no event is told apart by a named reason, with its case wherever that can be known for certain."""

import pytest

from shared.events import Recorded
from shared.events.wire import LONGEST_SUBJECT, Unknown, Unreadable, decode
from tests.unit.events.records import KEY, SAMPLE, SEQUENCE, SUBJECT, VALUE, headers, of, unreadable, value

NEEDED = sorted(SAMPLE["headers"].keys() - {"ce_specversion", "ce_source", "content-type", "traceparent"})


def test_deeply_nested_json_does_not_raise() -> None:
    assert unreadable(decode(KEY, b"[" * 100_000, headers())) == ("schema", SUBJECT, SEQUENCE)


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_attribute_is_named(name: str) -> None:
    for pairs in (headers(**{name: None}), [(n, None if n == name else text) for n, text in headers()]):
        decoded = decode(KEY, VALUE, pairs)

        assert unreadable(decoded)[0] == "headers"
        assert isinstance(decoded, Unreadable)
        assert decoded.detail == f"{name} is missing"


@pytest.mark.parametrize("name", sorted(set(NEEDED) - {"ce_subject", "ce_sequence"}))
def test_a_missing_attribute_hides_the_case_only_if_it_is_the_identity(name: str) -> None:
    assert unreadable(decode(KEY, VALUE, headers(**{name: None}))) == ("headers", SUBJECT, SEQUENCE)


def test_a_header_that_is_not_utf_8_leaves_the_case_known() -> None:
    assert unreadable(decode(KEY, VALUE, headers(ce_type=b"\xff"))) == ("headers", SUBJECT, SEQUENCE)
    assert unreadable(decode(KEY, VALUE, headers(ce_source=b"\xff"))) == ("headers", SUBJECT, SEQUENCE)


@pytest.mark.parametrize("name", ["ce_subject", "ce_sequence", "ce_id"])
def test_an_identity_that_is_not_utf_8_is_not_guessed(name: str) -> None:
    assert unreadable(decode(KEY, VALUE, headers(**{name: b"4\xff"}))) == ("headers", None, None)


def test_a_broken_trace_costs_no_event() -> None:
    decoded = decode(KEY, VALUE, headers(traceparent=b"\xff"))

    assert isinstance(decoded, Recorded)


@pytest.mark.parametrize(
    "sequence", ["0", "-1", "", "04", "+4", " 4", "4.0", "1_0", "４", "four", "1000000000", "9" * 5000]
)
def test_a_sequence_that_no_case_of_ours_can_have_is_unreadable(sequence: str) -> None:
    assert unreadable(decode(KEY, VALUE, of(SUBJECT, sequence))) == ("headers", None, None)
    # Nor does another broken header bring it back.
    unlucky = [*of(SUBJECT, sequence), ("ce_other", b"\xff")]
    assert unreadable(decode(KEY, VALUE, unlucky)) == ("headers", None, None)


@pytest.mark.parametrize("subject", ["", "x" * (LONGEST_SUBJECT + 1)])
def test_a_subject_that_is_no_id_of_ours_is_unreadable(subject: str) -> None:
    assert unreadable(decode(KEY, VALUE, of(subject, "4"))) == ("headers", None, None)


def test_an_id_that_contradicts_subject_and_sequence_is_unreadable() -> None:
    assert unreadable(decode(KEY, VALUE, headers(ce_id=f"{SUBJECT}:5"))) == ("headers", None, None)


@pytest.mark.parametrize("name", ["ce_time", "ce_recordedtime"])
@pytest.mark.parametrize(
    "time", ["2015-11-17T17:25:00", "2015-11-17", "yesterday", "", "0001-01-01T00:00:00+08:00"]
)
def test_a_time_that_is_no_moment_is_unreadable(name: str, time: str) -> None:
    assert unreadable(decode(KEY, VALUE, headers(**{name: time}))) == ("headers", SUBJECT, SEQUENCE)


def test_an_unknown_type_is_skipped_and_its_case_is_known() -> None:
    assert decode(KEY, VALUE, headers(ce_type="HazardPainted")) == Unknown("HazardPainted", SUBJECT, SEQUENCE)


def test_an_unknown_major_is_skipped_and_not_read_as_the_known_one() -> None:
    newer = headers(ce_dataschema="/schemas/HazardResolved/2")

    assert decode(KEY, VALUE, newer) == Unknown("HazardResolved", SUBJECT, SEQUENCE)


@pytest.mark.parametrize("key", [None, b"", b"91330503MA2B0ABC1C", b"\xff"])
def test_a_key_that_is_not_the_enterprise_is_unreadable(key: bytes | None) -> None:
    assert unreadable(decode(key, VALUE, headers())) == ("key", SUBJECT, SEQUENCE)


def test_a_partition_key_that_is_not_the_enterprise_is_unreadable() -> None:
    other = headers(ce_partitionkey="91330503MA2B0ABC1C")

    assert unreadable(decode(KEY, VALUE, other)) == ("key", SUBJECT, SEQUENCE)


def test_a_record_without_a_value_is_unreadable() -> None:
    assert unreadable(decode(KEY, None, headers())) == ("value", SUBJECT, SEQUENCE)


@pytest.mark.parametrize("length", range(0, len(VALUE), 37))
def test_json_that_breaks_off_is_unreadable(length: int) -> None:
    assert unreadable(decode(KEY, VALUE[:length], headers())) == ("schema", SUBJECT, SEQUENCE)


@pytest.mark.parametrize(
    "body",
    [
        value(cost="86000"),
        value(cost=86000.5),
        value(cost=-1),
        value(cost=2**53),
        value(cost=None),
        value(cost=True),
        value(control="magic"),
        value(controls="engineering"),
        value(site="91330503MA2B0ABC1B-1"),
        value(clock_skew="false"),
        value(code_lists={"controls": 2018}),
        VALUE.replace(b"engineering", b"\xff"),
        VALUE.replace(b"engineering", b"\\ud800"),
    ],
)
def test_data_of_the_wrong_type_is_unreadable(body: bytes) -> None:
    assert unreadable(decode(KEY, body, headers())) == ("schema", SUBJECT, SEQUENCE)


def test_what_is_wrong_with_the_data_is_said_without_repeating_it() -> None:
    decoded = decode(KEY, value(cost="somebody's words"), headers())

    assert isinstance(decoded, Unreadable)
    assert decoded.detail.startswith("cost: ")
    assert "words" not in decoded.detail
