"""The id of a case is the same again for the same form, and tells nobody anything else."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.stream.documents import SLOTS, slot
from shared.stream.ids import new_id

KEY = b"k" * 32
words = st.text(max_size=20)


def test_an_id_is_the_prefix_and_128_bits() -> None:
    assert re.fullmatch(r"hz_[0-9a-f]{32}", new_id(KEY, "hz", "enterprise", "key"))


def test_the_same_form_has_the_same_id_and_any_other_has_another() -> None:
    made = new_id(KEY, "hz", "enterprise", "key")

    assert new_id(KEY, "hz", "enterprise", "key") == made
    others = {
        new_id(KEY, "sg", "enterprise", "key"),
        new_id(KEY, "hz", "other", "key"),
        new_id(KEY, "hz", "enterprise", "other"),
        # Where one part ends and the next begins counts.
        new_id(KEY, "hz", "enterprisek", "ey"),
        new_id(b"l" * 32, "hz", "enterprise", "key"),
    }
    assert made not in others
    assert len({other[3:] for other in others}) == 5


@given(words, words)
def test_every_case_has_a_slot(enterprise: str, key: str) -> None:
    assert 0 <= slot(new_id(KEY, "hz", enterprise, key)) < SLOTS
