"""Thousands of records that nobody can read among good ones: all of them kept, every good one counted."""

import random
from functools import partial

import pytest
from aiokafka import AIOKafkaProducer

from shared.deadletter import Letter
from shared.events.wire import Record
from shared.kafka import MAX_REQUEST
from shared.partition import partition
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.integration.projection.test_exactly_once import is_ready
from tests.lanes.poison import poison, why
from tests.support import eventually

LENGTH = 20
CASES = [(f"hz_{n}", enterprise(n % 3, 3, n)) for n in range(24)]
POISON = 2_000
# A busy machine reads them all within seconds.
READ_SECONDS = 120.0
Place = tuple[int, int]


def large() -> list[Record]:
    """Values, headers and keys about as large as each limit, below it and above."""
    whole = records("hz_large", 1, enterprise=CASES[0][1])[0]
    # Less what a request holds beside it.
    values = (511_999, 512_000, 512_001, MAX_REQUEST - 2_000)
    headers = (63_000, 64_001, 500_000)
    return [
        *(whole._replace(value=b"x" * size) for size in values),
        *(whole._replace(value=b"{", headers=[("ce_type", b"y" * size)]) for size in headers),
        *(
            whole._replace(value=b"{", headers=[(f"h{n}", b"z" * 700) for n in range(count)])
            for count in (90, 95)
        ),
        *(whole._replace(key=b"k" * size) for size in (63_999, 64_001, 300_000)),
    ]


async def put(stage: Stage, log: list[tuple[Record, int]]) -> dict[Place, Record]:
    """Put records on their partitions, and return those that nobody can read by where they are."""
    topic = stage.settings.topic("hazards")
    async with AIOKafkaProducer(
        bootstrap_servers=stage.settings.kafka, compression_type="gzip", max_request_size=16_000_000
    ) as producer:
        sent = [
            await producer.send(topic, one.value, key=one.key, headers=one.headers, partition=at)
            for one, at in log
        ]
        there = [(await done).offset for done in sent]
    return {
        (at, offset): one
        for (one, at), offset in zip(log, there, strict=True)
        if why(one) or partition(one.key or b"", 3) != at
    }


@pytest.mark.promise(2, 4)
async def test_every_record_that_nobody_can_read_is_kept_and_every_good_one_counts(stage: Stage) -> None:
    any_order = random.Random(7)  # noqa: S311 - the same in every run
    good = [
        record
        for n in range(1, LENGTH + 1)
        for subject, key in CASES
        for record in records(subject, n, enterprise=key)
    ]
    # One of five megabytes is on the log, since it compresses; sent again as it is, it would be refused.
    huge = records("hz_huge", 1, enterprise=CASES[1][1])[0]._replace(value=b"0" * 5_000_000)
    log = [(one, partition(one.key or b"", 3)) for one in good]
    for one in [*poison(CASES, LENGTH, POISON), *large(), huge]:
        log.insert(any_order.randrange(len(log)), (one, any_order.randrange(3)))
    bad = await put(stage, log)
    assert len(bad) >= POISON

    whole = dict.fromkeys((subject for subject, _ in CASES), range(1, LENGTH + 1))
    ends = [sum(at == lane for _, at in log) for lane in range(3)]
    await reads(stage, whole, ends)
    # One lane reads all of it again, as after a crash, and its letters come twice.
    again = {"topic": stage.settings.topic("hazards"), "partition": 0}
    await stage.generation.collection("positions").update_one(again, {"$set": {"next": 0, "last": None}})
    await reads(stage, whole, ends)

    sent = [letter for one in await stage.dead() if (letter := Letter.read(one))]
    letters = {(letter.partition, letter.offset): letter for letter in sent}
    assert letters.keys() == bad.keys()
    assert len(sent) >= len(bad) + sum(lane == 0 for lane, _ in bad)
    compare(letters, bad, f"{stage.database.name}-tales")


async def reads(stage: Stage, whole: dict[str, range], ends: list[int]) -> None:
    """Run the projection to the end of its lanes."""
    async with stage.running() as runtime:
        await eventually(lambda: stage.has_told(**whole), deadline=READ_SECONDS)
        for lane, end in enumerate(ends):
            await eventually(partial(stage.reaches, "hazards", lane, end), deadline=READ_SECONDS)
        await eventually(lambda: is_ready(runtime))


def compare(letters: dict[Place, Letter], bad: dict[Place, Record], projection: str) -> None:
    """See that each letter says why, and has the record or says what was left out of it."""
    for at, letter in letters.items():
        record, out = bad[at], letter.left_out
        assert letter.projection == projection
        assert letter.reason == (
            why(record) if partition(record.key or b"", 3) == at[0] and record.key else "key"
        )
        assert ("value" in out) == (len(record.value or b"") > 512_000)
        assert ("key" in out) == (len(record.key or b"") > 64_000)
        assert letter.record.value == (None if "value" in out else record.value)
        assert letter.record.key == (None if "key" in out else record.key)
        if "headers" not in out:
            assert letter.headers() == [(n, v) for n, v in record.headers if v is not None]
