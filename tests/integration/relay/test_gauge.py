"""What waits to be published is told truly, also while neither Kafka nor the store can be asked."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import ExecutionTimeout

from deploy.local.mongod import ReplicaSet
from shared import metrics, mongo
from shared.mongo import Collection
from shared.relay import gauge
from shared.relay.gauge import Gauge
from shared.relay.known import Editions
from shared.relay.republish import begin, set_back
from shared.settings import Settings
from shared.stream.documents import UNPUBLISHED_INDEX, VALIDATOR
from tests.integration.relay.conftest import Stock
from tests.integration.relay.test_publishing import relaying
from tests.shown import shown
from tests.support import eventually

PATIENCE_SECONDS = 30.0
NOBODY = "127.0.0.1:1"


def oldest() -> float | None:
    return shown("nanxun_unpublished_oldest_seconds", service="hazards")


def younger(seconds: float) -> bool:
    """Whether it is shown, and so young."""
    age = oldest()
    return age is not None and age < seconds


def waiting() -> float | None:
    return shown("nanxun_unpublished_events", service="hazards")


@pytest.fixture(autouse=True)
def nothing_shown() -> None:
    """What the test before has shown would go on growing old."""
    metrics.unpublished_oldest_seconds.clear()
    metrics.unpublished_events.clear()


@pytest.fixture
async def stock(settings: Settings, store: ReplicaSet) -> AsyncIterator[Stock]:
    client = mongo.connect(store.uri, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    database = client[settings.database("hazards")]
    collection = await mongo.ensure_collection(database, "hazards", validator=VALIDATOR)
    await collection.create_index(**UNPUBLISHED_INDEX)
    yield Stock(database)
    client.close()


async def test_what_waits_is_counted_and_grows_old_while_kafka_is_away(
    settings: Settings, stock: Stock
) -> None:
    await stock.add("hz_1", 2)

    async with relaying(settings.model_copy(update={"kafka": NOBODY}), stock):
        await eventually(lambda: waiting() == 2, deadline=PATIENCE_SECONDS)
        await eventually(lambda: (oldest() or 0.0) > 4, deadline=PATIENCE_SECONDS)


async def test_what_is_set_back_waits_since_its_first_event(settings: Settings, stock: Stock) -> None:
    await stock.add("hz_1", 2)
    published = {"$set": {"published": 2}, "$unset": {"unpublished_since": ""}}
    await stock.database["hazards"].update_one({"_id": "hz_1"}, published)

    async with relaying(settings.model_copy(update={"kafka": NOBODY}), stock):
        await eventually(lambda: waiting() == 0 and younger(2), deadline=PATIENCE_SECONDS)
        # Some looks later none goes back as far as its first event.
        await asyncio.sleep(3)
        async for _ in set_back(stock.database, await begin(stock.database, "hazards")):
            pass
        await eventually(lambda: waiting() == 2, deadline=PATIENCE_SECONDS)
        await eventually(lambda: (oldest() or 0.0) > 3_600, deadline=PATIENCE_SECONDS)


async def test_how_long_something_waits_goes_by_the_clock_of_the_store(
    settings: Settings, stock: Stock
) -> None:
    await stock.add("hz_1")
    # This machine's is ten minutes behind.
    ahead = datetime.now(UTC) + timedelta(minutes=10)
    editions = Editions(settings, stock.database, clock=ahead, clock_at=time.monotonic())

    telling = asyncio.create_task(Gauge(stock.database, "hazards", ("hazards",), editions).run())
    try:
        await eventually(lambda: 599 < (oldest() or 0.0) < 660)
    finally:
        telling.cancel()


async def test_a_count_that_ran_into_its_time_limit_keeps_to_its_share_of_the_time(
    settings: Settings, stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()

    async def too_slow(collection: Collection, **_: object) -> int:
        asked.append(collection.name)
        await asyncio.sleep(1)
        raise ExecutionTimeout("too slow")

    monkeypatch.setattr(gauge, "count", too_slow)
    one = Gauge(stock.database, "hazards", ("hazards",), Editions(settings, stock.database))
    with pytest.raises(ExecutionTimeout):
        await one._look()

    await one._look()

    assert asked == ["hazards"]


async def test_nothing_is_said_to_be_published_that_the_store_could_not_be_asked_about(
    settings: Settings, stock: Stock, store: ReplicaSet
) -> None:
    async with relaying(settings.model_copy(update={"kafka": NOBODY}), stock):
        await eventually(lambda: waiting() == 0 and younger(2), deadline=PATIENCE_SECONDS)
        store.members[0].freeze()
        await eventually(lambda: (oldest() or 0.0) > 4, deadline=PATIENCE_SECONDS)
        store.members[0].thaw()
        await eventually(lambda: younger(2), deadline=PATIENCE_SECONDS)
