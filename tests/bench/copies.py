"""Fills a service's copy of the register, and counts what its process does."""

from collections.abc import Sequence

from pymongo import AsyncMongoClient

from shared.events.base import Site
from shared.mongo import Document
from shared.places import NAME
from shared.projection import Generation
from shared.projection.documents import CASES
from shared.settings import Settings
from tests.bench.ground import publish, role
from tests.bench.progress import reached
from tests.bench.register import registered


async def known(settings: Settings, service: str, sites: Sequence[Site]) -> None:
    """Publish the enterprises of ``sites``, and return when ``service`` knows all of them."""
    await publish(settings, registered(sites))
    async with (
        AsyncMongoClient[Document](settings.mongo) as client,
        role(settings, service, "projection") as child,
    ):
        copy = Generation(client[settings.database(service)], NAME, 1).collection(CASES)
        await reached(copy.estimated_document_count, len({place.enterprise for place in sites}), child)
