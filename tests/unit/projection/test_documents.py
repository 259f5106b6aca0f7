"""The id of a case's document says whose case it is, so that an operator's release reaches it."""

import pytest

from shared.projection.documents import case_id, key_of


@pytest.mark.parametrize("key", ["91330100MA2XXXXX0P", "a:b", "hz_1", "a:hz_1", ""])
def test_the_key_of_a_case_is_read_back_from_its_id_also_where_it_looks_like_one_of_ours(key: str) -> None:
    assert key_of(case_id(key, "hz_1"), "hz_1") == key
