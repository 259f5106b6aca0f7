"""How old a service's last word is, is told also by a process that has not heard it speak."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from shared import mongo
from shared.projection.watermarks import WATERMARKS
from shared.projection.words import Watermarks
from shared.settings import Settings
from tests.shown import shown
from tests.support import eventually

PATIENCE_SECONDS = 30.0
SILENT = timedelta(hours=2)


def age(service: str) -> float:
    return shown("nanxun_watermark_seconds", service=service) or 0.0


async def test_a_service_that_fell_silent_stays_silent_for_whoever_starts_anew(settings: Settings) -> None:
    client = mongo.connect(settings.mongo)
    database = client[settings.database("reporting")]
    word = {"_id": "hazards:9", "service": "hazards", "sequence": 9, "before": datetime.now(UTC) - SILENT}
    await database[WATERMARKS].insert_one(word | {"topics": []})
    nobody = settings.model_copy(update={"kafka": "127.0.0.1:1"})

    began = time.monotonic()
    listening = asyncio.create_task(Watermarks(nobody, database, "figures", ("hazards", "enterprises")).run())

    await eventually(lambda: age("hazards") > SILENT.total_seconds(), deadline=PATIENCE_SECONDS)
    # Of one that nobody has heard yet: for as long as this process listens.
    await eventually(
        lambda: 2 < age("enterprises") <= time.monotonic() - began + 1, deadline=PATIENCE_SECONDS
    )
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    client.close()
