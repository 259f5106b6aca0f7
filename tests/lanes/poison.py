"""Records that nobody can read, of every kind that hypothesis can think of; the same ones in every run."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared.events.wire import Record, Unreadable, decode
from tests.facts import records

# Each example draws so many, since an example costs more than a record.
_AT_ONCE = 25
_not_utf8 = st.binary(min_size=1, max_size=40).filter(lambda raw: not _is_text(raw))
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
_texts = st.text(max_size=60).map(str.encode)


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _spoiled(whole: Record) -> st.SearchStrategy[Record]:
    """A record with something wrong in its value, its headers or its key; seldom it is still an event."""
    value, headers = whole.value or b"", whole.headers
    fields, names = json.loads(value), [name for name, _ in headers]
    values = st.one_of(
        st.none(),
        st.binary(max_size=300),
        st.integers(0, len(value) - 1).map(lambda end: value[:end]),
        st.tuples(st.sampled_from(sorted(fields)), _json).map(lambda of: _dumped(fields | {of[0]: of[1]})),
        _json.map(_dumped),
    )
    others: st.SearchStrategy[Any] = st.one_of(
        st.sampled_from(names).map(lambda name: [(n, v) for n, v in headers if n != name]),
        st.tuples(st.sampled_from(names), st.none() | _not_utf8 | _texts).map(
            lambda of: [(n, of[1] if n == of[0] else v) for n, v in headers]
        ),
        st.lists(
            st.tuples(st.text(max_size=20) | st.sampled_from(names), st.binary(max_size=60)), max_size=12
        ),
    )
    return st.one_of(
        values.map(lambda value: whole._replace(value=value)),
        others.map(lambda headers: whole._replace(headers=headers)),
        (st.none() | st.binary(max_size=80)).map(lambda key: whole._replace(key=key)),
    )


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def why(record: Record) -> str | None:
    """Return the reason that is given for a record; None where it can be read."""
    decoded = decode(record.key, record.value, record.headers)
    return decoded.reason if isinstance(decoded, Unreadable) else None


def poison(cases: Sequence[tuple[str, str]], length: int, count: int) -> list[Record]:
    """Return at least ``count`` unreadable records about ``cases`` (subject, enterprise) and their events."""
    drawn: list[Record] = []
    whole = st.tuples(st.sampled_from(cases), st.integers(1, length)).map(
        lambda of: records(of[0][0], of[1], enterprise=of[0][1])[0]
    )

    @settings(
        max_examples=count // _AT_ONCE,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(whole.flatmap(_spoiled).filter(why), min_size=_AT_ONCE, max_size=_AT_ONCE))
    def draw(some: list[Record]) -> None:
        drawn.extend(some)

    drawing: Callable[[], None] = draw
    drawing()
    return drawn
