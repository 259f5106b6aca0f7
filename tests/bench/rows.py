"""The table of goals: a row for each promise that is a number; a new promise is a new row here."""

from tests.bench import projection
from tests.bench.frame import Goal, Row

ROWS: tuple[Row, ...] = (
    Row(
        "projection, exactly once, beside a bare loop",
        projection.trial,
        "events/s",
        Goal(least=12_000, ratio=0.8),
        reference="bare loop",
    ),
    Row(
        "projection, exactly once, beside the idiomatic handler",
        projection.trial,
        "events/s",
        Goal(ratio=40),
        reference="idiomatic",
    ),
)
