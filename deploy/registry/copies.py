"""How far the copies of the register have come, in every service that keeps one."""

from typing import Any

from pymongo import AsyncMongoClient

from deploy.operations.followed import Followed, followed
from services.enterprises.app import NAME
from shared.projection import Generation
from shared.projection.documents import CASES
from shared.settings import Settings


def followers() -> tuple[Followed, ...]:
    """Return the projections that follow the register."""
    return tuple(one for one in followed() if NAME in one.projection.topics)


async def everywhere(settings: Settings, client: AsyncMongoClient[dict[str, Any]]) -> int:
    """Return how many enterprises every follower has by now."""
    return min([await _in(settings, client, one) for one in followers()])


async def _in(settings: Settings, client: AsyncMongoClient[dict[str, Any]], one: Followed) -> int:
    database = client[settings.database(one.service)]
    # On servers of a run's own there is no other generation than the first.
    first = Generation(database, one.projection.name, 1)
    # Nothing else is registered there, so that each case of a follower is an enterprise.
    return await database[first.collection_name(CASES)].estimated_document_count()
