"""What two generations of different editions say is compared without lanes, buckets and places on the log."""

from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random

import pytest

from deploy.local.mongod import ReplicaSet
from services.reporting.bus import FIGURES
from services.reporting.domain.rollups import Key, Level
from services.reporting.store.rollups import ROLLUPS, rollup_fields, rollup_id
from shared import mongo
from shared.mongo import Client, Document
from shared.projection import Generation, Projection, blocks
from shared.projection.alike import Likeness, compare
from shared.projection.storage import prepare
from shared.settings import Settings
from tests.integration.failing import REFUSED, refusing
from tests.integration.projection.conftest import TALES
from tests.lanes.telling import Telling

SUMS = replace(
    TALES,
    collections={"sums": (), "told": ()},
    buckets={"sums": ("area", "month")},
    counters=frozenset({"sums"}),
)


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Client]:
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    yield client
    client.close()


def bucket(area: str, lane: int, **counters: int) -> Document:
    return {"_id": f"{area}:{lane}", "area": area, "month": 1, "lane": lane, "t": counters}


def case(subject: str, lane: int, **more: object) -> Document:
    return {"_id": subject, "subject": subject, "lane": lane, "version": 3, "state": {"steps": 3}} | more


async def likeness(
    client: Client,
    settings: Settings,
    *sides: dict[str, list[Document]],
    projection: Projection[Document, Telling] = SUMS,
) -> Likeness:
    """Compare two generations that hold these documents."""
    database = client[settings.database("reporting")]
    old, new = (Generation(database, "tales", number) for number in (1, 2))
    for generation, holds in zip((old, new), sides, strict=True):
        for name in ("cases", "sums", "told"):
            collection = await mongo.ensure_collection(database, generation.collection_name(name))
            if name in holds:
                await collection.insert_many(holds[name])
    async with mongo.snapshot(client) as session:
        return await compare(projection, old, new, session)


async def test_buckets_are_added_up_whichever_lane_has_what(client: Client, settings: Settings) -> None:
    found = await likeness(
        client,
        settings,
        {
            "sums": [bucket("CN", 0, r=2, d=1), bucket("CN", 1, r=3, d=-1), bucket("33", 0, r=1)],
            "cases": [case("hz_1", 0, held=[{"sequence": 5, "offset": 7}]), case("hz_2", 1)],
        },
        {
            "sums": [bucket("33", 4, r=1, d=0), bucket("CN", 2, r=5), bucket("35", 2, r=0)],
            "cases": [case("hz_1", 4, held=[{"sequence": 5, "offset": 1}]), case("hz_2", 3)],
        },
    )

    assert found.shown == []
    assert found.compared == 5


async def test_a_sum_a_field_and_a_case_too_many_are_told(client: Client, settings: Settings) -> None:
    found = await likeness(
        client,
        settings,
        {"sums": [bucket("CN", 0, r=2), bucket("CN", 1, r=3)], "cases": [case("hz_1", 0)]},
        {
            "sums": [bucket("CN", 2, r=6)],
            "cases": [case("hz_1", 0, discarded=[2]), case("hz_2", 1)],
            "told": [{"_id": "x", "sequences": [1]}],
        },
    )

    assert (found.compared, found.differing) == (4, 4)
    assert found.shown[0] == "cases ('hz_1',): discarded None → [2]"
    assert found.shown[2] == "sums ('CN', 1): t.r 5 → 6"


def buckets(lanes: range, rng: Random) -> list[Document]:
    """For each of 8 areas and 3 months a document of each lane that says 6 in all, in no order."""
    found = [
        bucket(f"{area:02}", lane, r=6 // len(lanes)) | {"_id": f"{lane}:{area}:{month}", "month": month}
        for area in range(8)
        for month in range(3)
        for lane in lanes
    ]
    rng.shuffle(found)
    return found


@pytest.mark.parametrize("size", [1, 2, 4, 5, 24, 1_000])
@pytest.mark.parametrize("index", [(), ("area",), ("area", "month")])
async def test_buckets_are_added_up_wherever_a_block_ends(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, size: int, index: tuple[str, ...]
) -> None:
    monkeypatch.setattr(blocks, "SIZE", size)
    indexes = ([(name, 1) for name in index],) if index else ()
    projection = replace(SUMS, collections={"sums": indexes, "told": ()})
    rng = Random(size)  # noqa: S311 - an order, not a secret
    cases = [case(f"hz_{n:02}", 0) for n in range(13)]
    old = {"sums": buckets(range(3), rng), "cases": cases}
    new = {"sums": buckets(range(3, 5), rng), "cases": cases}

    found = await likeness(client, settings, old, new, projection=projection)
    assert (found.compared, found.shown) == (13 + 24, [])

    database = client[settings.database("reporting")]
    await database["tales_2_sums"].delete_one({"area": "05", "month": 1, "lane": 4})
    await database["tales_2_cases"].delete_one({"_id": "hz_07"})
    found = await likeness(client, settings, {}, {}, projection=projection)
    assert found.compared == 13 + 24
    assert found.shown[1:] == ["sums ('05', 1): t.r 6 → 3"]
    assert found.shown[0].startswith("cases ('hz_07',): ")


async def test_no_read_goes_on_for_as_long_as_a_collection_is_large(
    store: ReplicaSet, settings: Settings
) -> None:
    client = mongo.connect(store.uri, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    many = range(2_500)
    rows = {
        "sums": [bucket(f"{n:04}", 0, r=1) for n in many],
        "cases": [case(f"hz_{n:04}", 0) for n in many],
    }
    projection = replace(SUMS, collections={"sums": ([("area", 1), ("month", 1)],), "told": ()})
    # The time limit of a cursor counts all that is read through it, so none may be gone on with.
    async with refusing(client, "getMore", REFUSED):
        found = await likeness(client, settings, rows, rows, projection=projection)
    client.close()

    assert (found.compared, found.differing) == (5_000, 0)


async def test_a_block_of_rollups_costs_no_more_than_it_holds(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "SIZE", 20)
    database = client[settings.database("reporting")]
    old, new = (Generation(database, FIGURES.name, number) for number in (1, 2))
    keys = [Key(Level.COUNTY, str(330_000 + n), month, month + 1) for n in range(50) for month in (1, 2)]
    for generation, lanes in ((old, range(3)), (new, range(5))):
        await prepare(generation, FIGURES)
        rows = [
            {"_id": rollup_id(key, lane), **rollup_fields(key, lane), "t": {"r": 15 // len(lanes)}}
            for key in keys
            for lane in lanes
        ]
        await generation.collection(ROLLUPS).insert_many(rows)

    await database.command("profile", 2)
    async with mongo.snapshot(client) as session:
        found = await compare(FIGURES, old, new, session)
    await database.command("profile", 0)

    assert (found.compared, found.differing) == (len(keys), 0)
    namespaces = [one.collection(ROLLUPS).full_name for one in (old, new)]
    reads = await database["system.profile"].find({"op": "query", "ns": {"$in": namespaces}}).to_list(None)
    assert len(reads) > (3 + 5) * len(keys) / 20
    assert not [read for read in reads if read.get("hasSortStage")]
    # Each branch of the condition looks one ahead.
    assert max(read["docsExamined"] for read in reads) <= 20 + 3
