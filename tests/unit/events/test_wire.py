"""A record says exactly the event that it was made of, and no bytes whatever stop a reader."""

import json
from collections.abc import Sequence
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.events import FACTS, Fact, Recorded
from shared.events.wire import Unreadable, decode, encode
from tests.unit.events.records import KEY, SAMPLE, SEQUENCE, SUBJECT, VALUE, headers, unreadable, value
from tests.unit.events.strategies import recorded

REASONS = {"headers", "key", "schema", "value"}
Pairs = Sequence[tuple[str, bytes | None]]


@given(recorded())
def test_any_event_is_decoded_to_what_was_encoded(event: Recorded[Fact]) -> None:
    record = encode(event)

    assert decode(record.key, record.value, record.headers) == event
    assert encode(event) == record


@given(
    key=st.none() | st.binary(),
    value=st.none() | st.binary() | st.sampled_from([b"{}", b"[]", b"null", VALUE]),
    pairs=st.lists(
        st.tuples(
            st.text() | st.sampled_from([name for name, _ in headers()]),
            st.none() | st.binary() | st.sampled_from([text for _, text in headers()]),
        )
    ),
)
def test_no_bytes_whatever_raise(key: bytes | None, value: bytes | None, pairs: Pairs) -> None:
    decoded = decode(key, value, iter(pairs))

    assert not isinstance(decoded, Unreadable) or decoded.reason in REASONS


@given(
    which=st.sampled_from([name for name, _ in headers()]),
    instead=st.none() | st.binary() | st.text().map(str.encode) | st.integers().map(lambda n: b"%d" % n),
)
def test_no_single_header_whatever_raises(which: str, instead: bytes | None) -> None:
    pairs = [(name, instead if name == which else text) for name, text in headers()]

    decoded = decode(KEY, VALUE, pairs)

    assert not isinstance(decoded, Unreadable) or decoded.reason in REASONS
    if isinstance(decoded, Unreadable) and decoded.sequence is not None:
        assert decoded.subject == SUBJECT
        assert decoded.sequence == SEQUENCE


names = st.text() | st.sampled_from(list(SAMPLE["value"]))
scalars = st.none() | st.booleans() | st.floats() | st.integers() | st.text()
bodies = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(names, inner))


@given(bodies)
def test_no_json_whatever_raises(body: object) -> None:
    decoded = decode(KEY, json.dumps(body).encode(), headers())

    assert unreadable(decoded) == ("schema", SUBJECT, SEQUENCE)


def test_additions_by_a_later_release_are_passed_over() -> None:
    plain = decode(KEY, VALUE, headers())

    assert isinstance(plain, Recorded)
    assert decode(KEY, value(added_later=[1, {"a": 2}]), [*headers(), ("ce_added", b"later")]) == plain


def test_the_sample_is_read_as_what_it_says() -> None:
    event = decode(KEY, VALUE, headers())

    assert isinstance(event, Recorded)
    assert type(event.fact) is FACTS["HazardResolved"]
    assert event.id == f"{SUBJECT}:4"
    assert event.occurred_at == datetime.fromisoformat("2015-11-17T17:25:00+08:00")
    assert event.traceparent == SAMPLE["headers"]["traceparent"]
