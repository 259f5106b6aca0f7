"""One run for all tests on one broker and one member: each adds faults, and looks at everything so far."""

import os
import secrets
from collections.abc import AsyncIterator

import pytest

from deploy.local import jars, java, mongodb
from deploy.local.errors import Unavailable
from shared.settings import Settings
from tests.e2e.faults.world import PARTITIONS, World, world
from tests.support import not_here

SEED = "NANXUN_FAULTS_SEED"


@pytest.fixture(scope="session")
def seed() -> int:
    """Of every choice of a run: that of the environment, to repeat a run, else another each time."""
    return int(os.environ.get(SEED) or secrets.randbelow(1_000_000))


@pytest.fixture(scope="session", autouse=True)
async def native(tmp_path_factory: pytest.TempPathFactory) -> None:
    """See that this machine can run servers as children, since only those can be killed; skip where not."""
    try:
        java.java()
        await jars.classpath()
        await mongodb.mongod(tmp_path_factory.mktemp("native"))
    except Unavailable as missing:
        not_here(missing)


@pytest.fixture(scope="package")
async def run(tmp_path_factory: pytest.TempPathFactory, seed: int) -> AsyncIterator[World]:
    """A run on servers of its own, which tests may kill."""
    settings = Settings(data=tmp_path_factory.mktemp("faults"), namespace="faults", partitions=PARTITIONS)
    async with world(settings, seed) as running:
        yield running
