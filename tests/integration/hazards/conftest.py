"""One hazards service for all tests here, whose copy of the register came over Kafka."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from httpx2 import ASGITransport, AsyncClient

from deploy.local.addresses import Addresses
from deploy.local.mongod import brief
from services.hazards.app import api
from shared.settings import Settings
from shared.topics import provision
from tests.integration.hazards.world import CLOSED, HERE, NOON, SEVERAL, THERE, World
from tests.integration.topics import delete_all
from tests.register import closed, enterprise, known, registered


@pytest.fixture(scope="session")
async def running(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    settings = Settings(
        kafka=addresses.kafka,
        mongo=addresses.mongo,
        data=tmp_path_factory.mktemp("hazards"),
        namespace=f"h{secrets.token_hex(4)}",
        partitions=3,
    )
    await provision(settings)
    gone = enterprise(CLOSED)
    await known(
        settings,
        "hazards",
        registered(enterprise(HERE)),
        registered(enterprise(THERE, region="330602")),
        registered(enterprise(SEVERAL, sites=2)),
        registered(gone),
        closed(enterprise(CLOSED, closed=True), at=NOON - timedelta(days=1)),
    )
    world = World(settings)
    app = api(settings, clock=lambda: world.now)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://hazards") as client,
    ):
        world.client = client
        world.store = app.state.store
        yield world
    async with brief(addresses.mongo) as mongo:
        await mongo.drop_database(settings.database("hazards"))
    await delete_all(settings)


@pytest.fixture
def world(running: World) -> World:
    """The service, at noon."""
    running.now = NOON
    return running
