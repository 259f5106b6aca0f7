"""What a broker answers to a fetch is read, also where it brings nothing."""

import pytest

from shared.projection.headers import _Records


@pytest.mark.parametrize("nothing", [None, b""])
def test_an_answer_without_records_ends_no_fetching(nothing: bytes | None) -> None:
    assert not _Records(nothing).has_next()
