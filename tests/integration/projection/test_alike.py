"""What two generations of different editions say is compared without lanes, buckets and places on the log."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared import mongo
from shared.mongo import Client, Document
from shared.projection import Generation
from shared.projection.alike import Likeness, compare
from shared.settings import Settings
from tests.integration.projection.conftest import TALES

SUMS = replace(
    TALES,
    collections={"sums": (), "told": ()},
    buckets={"sums": ("area", "month")},
    counters=frozenset({"sums"}),
)


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Client]:
    client = mongo.connect(settings.mongo)
    yield client
    client.close()


def bucket(area: str, lane: int, **counters: int) -> Document:
    return {"_id": f"{area}:{lane}", "area": area, "month": 1, "lane": lane, "t": counters}


def case(subject: str, lane: int, **more: object) -> Document:
    return {"_id": subject, "subject": subject, "lane": lane, "version": 3, "state": {"steps": 3}} | more


async def likeness(client: Client, settings: Settings, *sides: dict[str, list[Document]]) -> Likeness:
    """Compare two generations that hold these documents."""
    database = client[settings.database("reporting")]
    old, new = (Generation(database, "tales", number) for number in (1, 2))
    for generation, holds in zip((old, new), sides, strict=True):
        for name in ("cases", "sums", "told"):
            collection = await mongo.ensure_collection(database, generation.collection_name(name))
            if name in holds:
                await collection.insert_many(holds[name])
    async with mongo.snapshot(client) as session:
        return await compare(SUMS, old, new, session)


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
