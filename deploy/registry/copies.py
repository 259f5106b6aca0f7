"""How far the copies of the register have come, in every service that keeps one."""

from typing import Any

from pymongo import AsyncMongoClient

from shared import places
from shared.projection.unit import CASES
from shared.settings import Settings

# Who follows topic ``enterprises``, and by which projection.
FOLLOWERS = {"hazards": places.NAME, "suggestions": places.NAME, "reporting": "figures"}


async def everywhere(settings: Settings, client: AsyncMongoClient[dict[str, Any]]) -> int:
    """Return how many enterprises every follower has by now."""
    return min([await _in(settings, client, service) for service in FOLLOWERS])


async def _in(settings: Settings, client: AsyncMongoClient[dict[str, Any]], service: str) -> int:
    database = client[settings.database(service)]
    # Nothing else is registered here, so that each case of a follower is an enterprise.
    return await database[f"{FOLLOWERS[service]}_1_{CASES}"].estimated_document_count()
