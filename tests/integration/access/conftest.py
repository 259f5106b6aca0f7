"""One platform for all tests here, in a namespace of its own."""

import secrets
from collections.abc import AsyncIterator

import pytest

from deploy.local.addresses import Addresses
from shared.settings import Settings
from tests.integration.access.world import World, platform, swept


@pytest.fixture(scope="package")
async def world(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Every service, known to each other over Kafka."""
    settings = Settings(
        kafka=addresses.kafka,
        mongo=addresses.mongo,
        data=tmp_path_factory.mktemp("access"),
        namespace=f"a{secrets.token_hex(4)}",
        partitions=3,
    )
    async with swept(settings), platform(settings) as running:
        yield running
