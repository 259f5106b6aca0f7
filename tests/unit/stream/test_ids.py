"""The id of a case is the same again for the same form, and tells nobody anything else."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.stream import CaseIds
from shared.stream.documents import SLOTS, slot

IDS = CaseIds(b"k" * 32)
words = st.text(max_size=20)


def test_an_id_is_the_prefix_and_128_bits() -> None:
    assert re.fullmatch(r"hz_[0-9a-f]{32}", IDS.new("hz", "enterprise", "key"))


def test_the_same_form_has_the_same_id_and_any_other_has_another() -> None:
    made = IDS.new("hz", "enterprise", "key")

    assert IDS.new("hz", "enterprise", "key") == made
    others = {
        IDS.new("sg", "enterprise", "key"),
        IDS.new("hz", "other", "key"),
        IDS.new("hz", "enterprise", "other"),
        # Where one part ends and the next begins counts.
        IDS.new("hz", "enterprisek", "ey"),
        CaseIds(b"l" * 32).new("hz", "enterprise", "key"),
    }
    assert made not in others
    assert len({other[3:] for other in others}) == 5


@given(words, words)
def test_every_case_has_a_slot(enterprise: str, key: str) -> None:
    assert 0 <= slot(IDS.new("hz", enterprise, key)) < SLOTS
