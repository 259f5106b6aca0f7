"""A client of the sample service, without a network."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from shared.settings import Settings
from tests.unit.http.sample import Keys, sample_app


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "jwks.json")


@pytest.fixture
def local(keys: Keys) -> Settings:
    return Settings(data=keys.file.parent)


@pytest.fixture
async def client(local: Settings) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(sample_app(local), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://hazards") as client:
        yield client
