"""The tests' projection as a process of its own, to be killed."""

import asyncio

from shared import mongo
from shared.projection import Runtime
from shared.settings import load
from tests.integration.projection.conftest import SERVICE, TALES


async def main() -> None:
    """Run until the process ends."""
    settings = load()
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    await Runtime(settings, client, client[settings.database(SERVICE)], TALES).run()


if __name__ == "__main__":
    asyncio.run(main())
