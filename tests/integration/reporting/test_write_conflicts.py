"""Lanes write no document in common: the metric that says so sees a planted conflict, and none of theirs."""

import re
from contextlib import AsyncExitStack
from itertools import islice

import httpx2
import pytest
from prometheus_client import REGISTRY
from pymongo import AsyncMongoClient

from deploy.nation import Nation
from services.reporting.app import NAME
from services.reporting.bus import FIGURES
from shared import kafka
from shared.mongo import Document
from shared.projection import Generation
from shared.projection.unit import CASES, case_id
from shared.settings import Settings
from tests.bench.ground import publish, role
from tests.bench.progress import summed
from tests.facts import ENTERPRISE
from tests.integration.reporting.conftest import Reporting
from tests.integration.reporting.test_reports import day, event, place, reported, resolved
from tests.support import eventually

METRIC = "nanxun_projection_write_conflicts_total"
LANES, EVENTS, FEW = 12, 6_000, 60
# Twice the ports of one service, far from those of other stacks.
PORTS = (15_704, 15_714)


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
def wide(settings: Settings) -> Settings:
    """As many lanes as a small cluster has."""
    return settings.model_copy(update={"partitions": LANES})


async def test_twelve_lanes_in_two_processes_never_meet_in_a_document(wide: Settings) -> None:
    await kafka.provision(wide)
    events, sent = Nation(5, enterprises=500).stream(apart=500), 0
    processes = [wide.model_copy(update={"instance": f"p{port}", "reporting_port": port}) for port in PORTS]

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
        await send(EVENTS)
        await eventually(counted, deadline=120)

        assert [await told(of, METRIC) for of in processes] == [[0], [0]]


async def told(settings: Settings, name: str) -> list[float]:
    """What a projection tells of a metric, by its labels; nothing while it does not answer."""
    url = f"http://127.0.0.1:{settings.port(NAME, 'projection')}/metrics"
    async with httpx2.AsyncClient() as http:
        try:
            text = (await http.get(url)).text
        except httpx2.TransportError:
            return []
    return [float(value) for value in re.findall(rf"^{name}{{.*}} (.*)$", text, re.MULTILINE)]
