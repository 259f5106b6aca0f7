"""The store's clock beside our own: what we record is never before what it has let be said of the past."""

import asyncio
from datetime import datetime, timedelta

import structlog
from pymongo.errors import PyMongoError

from shared import metrics
from shared.clock import Clock
from shared.events.watermarks import NOTHING
from shared.mongo import Database

log = structlog.get_logger()

#: Where a service keeps what its relays have said, and what is being published anew; one document of this id.
STATEMENTS, STATEMENT = "published_before", "statement"
#: Its part about the streams that are being set back to unpublished, each by its name.
SETTING_BACK = "setting_back"

_LOOK_SECONDS = 5.0
# More than a round trip to a busy store, less than what its validator allows a command.
_BEHIND = timedelta(seconds=1)


async def compare(database: Database, service: str, clock: Clock) -> None:
    """Follow the store's clock where ours is behind it, and show the difference.

    Raises:
        PyMongoError: the store does not answer.
    """
    answer = await database.command("hello", codec_options=database.codec_options)
    theirs: datetime = answer["localTime"]
    metrics.clock_offset_seconds.labels(service).set((clock.now() - theirs).total_seconds())
    if theirs - clock.now() > _BEHIND:
        clock.follow(theirs)


async def heed(database: Database, clock: Clock) -> datetime:
    """Record nothing before what the relays have called complete, whatever clock this process started with.

    Returns:
        Before when all was called complete; 1970 where nothing was.

    Raises:
        PyMongoError: the store does not answer.
    """
    said = await database[STATEMENTS].find_one({"_id": STATEMENT, "horizon": {"$exists": True}})
    horizon: datetime = NOTHING if said is None else said["horizon"]
    clock.follow(horizon)
    return horizon


async def keep_to(database: Database, service: str, clock: Clock) -> None:
    """Compare until cancelled."""
    while True:
        try:
            await compare(database, service, clock)
        except PyMongoError as error:
            log.warning("store-clock-unknown", service=service, error=type(error).__name__)
        await asyncio.sleep(_LOOK_SECONDS)
