"""What a report says of how far it is behind."""

from contextlib import closing

import pytest

from services.reporting.store.provenance import Provenance
from shared import mongo
from shared.projection import Generation
from shared.settings import Settings


@pytest.mark.parametrize(
    ("ends", "behind"),
    [
        ((5, 8), 3),
        ((5, 5), 0),
        # Another log, of which nothing is counted: how much is missing cannot be told from its length.
        ((5, 4), None),
        ((9, 4), None),
        (None, None),
    ],
)
def test_how_far_behind_a_report_is_goes_by_the_log_that_was_counted(
    ends: tuple[int, ...] | None, behind: int | None
) -> None:
    with closing(mongo.connect("mongodb://127.0.0.1:1")) as client:
        generation = Generation(client["reporting"], "figures", 1)
        counted = Provenance(generation, {("hazards", 0): 5, ("hazards", 1): 5}, None, complete=True)

        log = None if ends is None else {("hazards", lane): end for lane, end in enumerate(ends)}
        assert counted.document(Settings(), log)["behind_records"] == behind
