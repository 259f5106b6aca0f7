"""Servers that a test may freeze and kill, apart from those that every other test relies on."""

from collections.abc import AsyncIterator

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.local import errors
from deploy.local.kafka import Cluster, cluster
from deploy.local.mongod import ReplicaSet, replica_set
from tests.support import BACK_SECONDS, eventually, not_here


@pytest.fixture(scope="session")
async def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """One broker for all tests that take it away."""
    try:
        async with cluster(tmp_path_factory.mktemp("kafka"), standard_ports=False) as running:
            yield running
    except errors.Unavailable as missing:
        not_here(missing)


@pytest.fixture(scope="session")
async def own_mongod(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ReplicaSet]:
    """One mongod for all tests that take it away, or have it refuse what they ask."""
    data = tmp_path_factory.mktemp("mongod")
    able = {"enableTestCommands": 1}
    try:
        async with replica_set(data, standard_ports=False, parameters=able) as running:
            yield running
    except errors.Unavailable as missing:
        not_here(missing)


@pytest.fixture
async def broker(own_kafka: Cluster) -> AsyncIterator[Cluster]:
    """A Kafka that this test may kill; it runs again afterwards."""
    yield own_kafka
    await own_kafka.brokers[0].start()
    # The next test begins with a client of it.
    await eventually(lambda: _answers(own_kafka), deadline=BACK_SECONDS)


@pytest.fixture
async def store(own_mongod: ReplicaSet) -> AsyncIterator[ReplicaSet]:
    """A MongoDB that this test may freeze or kill; it runs again afterwards."""
    yield own_mongod
    own_mongod.members[0].thaw()
    await own_mongod.members[0].start()


async def _answers(kafka: Cluster) -> bool:
    client = AIOKafkaClient(bootstrap_servers=kafka.bootstrap)
    try:
        await client.bootstrap()
    except KafkaError:
        return False
    finally:
        await client.close()
    return True
