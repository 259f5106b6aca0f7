"""A server that is down delays, it loses nothing: of three brokers and members, just the leader dies."""

from collections.abc import AsyncIterator

import pytest

from shared.settings import Settings
from tests.e2e.faults import faults
from tests.e2e.faults.world import PARTITIONS, World, world

DOWN_SECONDS = 3.0


@pytest.fixture
async def wide(tmp_path_factory: pytest.TempPathFactory, seed: int) -> AsyncIterator[World]:
    """A run on a cluster: every topic three times, every document three times."""
    data = tmp_path_factory.mktemp("cluster")
    settings = Settings(data=data, namespace="faults", partitions=PARTITIONS, replication=3)
    async with world(settings, seed, brokers=3, members=3) as running:
        yield running


@pytest.mark.promise(1, 2, 3, 5)
async def test_a_partition_leader_and_a_primary_that_are_killed_under_load_delay_and_lose_nothing(
    wide: World,
) -> None:
    async with wide.under_load():
        await wide.goes_on()
        await faults.outage(wide, await wide.servers.leader("hazards"), DOWN_SECONDS)
        await wide.goes_on()
        await faults.outage(wide, await wide.servers.primary(), DOWN_SECONDS)
        await wide.goes_on()

    await wide.verify()
