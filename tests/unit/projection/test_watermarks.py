"""What is kept of the statements of other services stays little, and fine enough for any lag."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from shared.events.watermarks import PublishedBefore, decode, encode
from shared.projection.kept_words import thinned
from shared.projection.watermarks import sources

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY_SECONDS = 20_000


def test_a_statement_is_read_as_it_was_written() -> None:
    said = PublishedBefore(service="hazards", sequence=7, topics=("hazards",), before=NOON)
    record = encode(said)

    assert decode(record.value, record.headers) == said
    assert dict(record.headers)["ce_id"] == b"hazards:7"


def test_what_is_no_statement_is_none() -> None:
    record = encode(PublishedBefore(service="hazards", sequence=7, topics=("hazards",), before=NOON))

    assert decode(b"{}", record.headers) is None
    # What no reader could compare with another time, and what no store has room for.
    good = record.value or b""
    assert decode(good.replace(b"Z", b""), record.headers) is None
    assert decode(good.replace(b'"sequence":7', b'"sequence":' + b"9" * 23), record.headers) is None
    assert decode(None, record.headers) is None
    assert decode(record.value, []) is None


def test_statements_of_hours_are_kept_as_a_few_no_further_apart_than_a_share_of_their_age() -> None:
    kept: list[datetime] = []
    for second in range(DAY_SECONDS):
        kept.append(NOON + timedelta(seconds=second))
        gone = set(thinned(kept))
        kept = [at for at in kept if at not in gone]

    newest = kept[-1]
    assert kept[0] == NOON
    assert len(kept) < 150
    for earlier, later in pairwise(kept):
        assert later - earlier <= max((newest - later) * 0.1, timedelta(seconds=1))


def test_reporting_rests_on_every_service_that_publishes_what_it_follows() -> None:
    follows = ("enterprises", "hazards", "savings", "suggestions")

    assert set(sources(follows)) == {"enterprises", "hazards", "suggestions"}
