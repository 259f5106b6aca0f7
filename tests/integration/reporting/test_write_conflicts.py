"""Lanes write no document in common: the metric that says so sees a planted conflict, and none of theirs."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import islice

import httpx2
import pytest
from prometheus_client import REGISTRY
from pymongo import AsyncMongoClient

from deploy.environment import beside
from deploy.nation import Nation
from services.reporting.app import NAME
from services.reporting.bus import FIGURES
from shared.mongo import Document
from shared.projection import Generation
from shared.projection.documents import CASES, case_id
from shared.settings import Settings
from shared.topics import provision
from tests.bench.ground import publish, role
from tests.bench.progress import summed
from tests.facts import ENTERPRISE
from tests.integration.reporting.conftest import Reporting
from tests.integration.reporting.test_reports import day, event, place, reported, resolved
from tests.integration.topics import delete_all
from tests.support import eventually

METRIC = "nanxun_projection_write_conflicts_total"
LANES, EVENTS, FEW = 12, 6_000, 60


@pytest.mark.promise(2)
async def test_a_transaction_that_meets_another_writer_is_counted_and_goes_on(reporting: Reporting) -> None:
    def met() -> bool:
        return (REGISTRY.get_sample_value(METRIC, {"projection": FIGURES.name}) or 0) > before

    before = 0.0
    site = place()
    await reporting.send(event(reported(site), "hz_1", 1, day(1)))
    await reporting.has_caught_up()
    before = REGISTRY.get_sample_value(METRIC, {"projection": FIGURES.name}) or 0
    async with (
        AsyncMongoClient[Document](reporting.settings.mongo) as client,
        client.start_session() as session,
    ):
        cases = Generation(client[reporting.settings.database(NAME)], FIGURES.name, 1)
        async with await session.start_transaction():
            where = {"_id": case_id(ENTERPRISE, "hz_1")}
            await cases.collection(CASES).update_one(where, {"$set": {"mine": 1}}, session=session)
            await reporting.send(event(resolved(site), "hz_1", 2, day(2)))
            await eventually(met, deadline=60)
            await session.abort_transaction()

    assert (await reporting.national("2016-02", "2016-02"))["hazards_resolved"] == 1


@pytest.fixture
async def wide(settings: Settings) -> AsyncIterator[Settings]:
    """As many lanes as a small cluster has."""
    twelve = settings.model_copy(update={"partitions": LANES})
    await provision(twelve)
    yield twelve
    await delete_all(twelve)


@pytest.mark.promise(2)
async def test_twelve_lanes_in_two_processes_never_meet_in_a_document(wide: Settings) -> None:
    events, sent = Nation(5, enterprises=500).stream(apart=500), 0
    one, two = (wide.model_copy(update={"instance": name}) for name in ("one", "two"))
    # Ports that are free are given out once.
    processes = [beside(of, NAME, avoid=()) for of in (one, two)]

    async def send(count: int) -> None:
        nonlocal sent
        sent += await publish(wide, islice(events, count))

    async def both_work() -> bool:
        await send(FEW)
        return all([sum(await told(of, "nanxun_projection_events_total")) for of in processes])

    async def counted() -> bool:
        return await position() == sent

    async with AsyncMongoClient[Document](wide.mongo) as client, AsyncExitStack() as running:
        for settings in processes:
            await running.enter_async_context(role(settings, NAME, "projection"))
        position = summed(client, wide.database(NAME), f"{FIGURES.name}_1_positions", "next")
        await eventually(both_work, deadline=120)
        # While a lane moves from one to the other both may meet in it, until all that was sent is counted.
        await eventually(counted, deadline=120)
        before = [await told(of, METRIC) for of in processes]
        await send(EVENTS)
        await eventually(counted, deadline=120)

        assert [await told(of, METRIC) for of in processes] == before


async def told(settings: Settings, name: str) -> list[float]:
    """What a projection tells of a metric, by its labels; nothing while it does not answer."""
    url = f"http://127.0.0.1:{settings.port(NAME, 'projection')}/metrics"
    async with httpx2.AsyncClient(trust_env=False) as http:
        try:
            text = (await http.get(url)).text
        except httpx2.TransportError:
            return []
    return [float(value) for value in re.findall(rf"^{name}{{.*}} (.*)$", text, re.MULTILINE)]
