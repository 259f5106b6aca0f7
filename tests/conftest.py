"""The servers of a test session, and for each test a corner of them where it meets no other."""

import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

from deploy.local.addresses import Addresses
from deploy.local.errors import Unavailable
from deploy.local.mongod import brief
from deploy.local.servers import servers
from shared.settings import Settings, load
from tests.promises import pytest_configure, pytest_runtest_makereport, pytest_terminal_summary
from tests.support import not_here

# A run ends with the promises that it put to the test.
__all__ = ["pytest_configure", "pytest_runtest_makereport", "pytest_terminal_summary"]

# How long an example takes is the machine's affair: speed is measured in benchmarks, never in a test.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=2_000)
# What a change is judged by tries the same examples each time; new ones are for runs by hand, and the soak.
hypothesis.settings.register_profile("judged", deadline=None, derandomize=True)
hypothesis.settings.load_profile("judged" if os.environ.get("CI") else "untimed")

# Enough for lanes to run apart, few enough that making them takes no time.
PARTITIONS = 3


@pytest.fixture(scope="session")
async def addresses(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Addresses]:
    """Kafka and MongoDB, one of each for the whole session; those of NANXUN_KAFKA and NANXUN_MONGO if set."""
    fresh = load().model_copy(update={"data": tmp_path_factory.mktemp("servers")})
    async with contextlib.AsyncExitStack() as started:
        try:
            found = await started.enter_async_context(servers(fresh, standard_ports=False))
        except Unavailable as missing:
            not_here(missing)
        yield found


@pytest.fixture
async def settings(addresses: Addresses, tmp_path: Path) -> AsyncIterator[Settings]:
    """Settings of a namespace of its own: no other test has its topics or databases."""
    namespace = f"t{secrets.token_hex(4)}"
    yield Settings(
        kafka=addresses.kafka,
        mongo=addresses.mongo,
        data=tmp_path,
        namespace=namespace,
        partitions=PARTITIONS,
    )
    async with brief(addresses.mongo) as client:
        for name in await client.list_database_names():
            if name.startswith(f"{namespace}_"):
                await client.drop_database(name)


@pytest.fixture
async def topics(settings: Settings) -> AsyncIterator[list[str]]:
    """Every topic of the platform, made for this test in its namespace and deleted after it."""
    # Pure tests need no Kafka client.
    from shared.topics import provision  # noqa: PLC0415
    from tests.integration.topics import delete_all  # noqa: PLC0415

    yield await provision(settings)
    await delete_all(settings)
