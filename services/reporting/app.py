"""How reporting is put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.reporting import FOLLOWS
from services.reporting.api import router
from services.reporting.bus import FIGURES, Ends
from services.reporting.store.reports import Reports
from shared import mongo
from shared.http import create_app
from shared.projection import watermarks
from shared.projection.generation import current
from shared.projection.log import Log
from shared.projection.storage import prepare
from shared.service import Service
from shared.settings import Settings
from shared.working import prepared, store_ready, working

NAME = "reporting"


def api(settings: Settings) -> FastAPI:
    """Return the HTTP application."""
    client = mongo.connect(settings.mongo)
    database = client[settings.database(NAME)]
    log = Log(settings)

    async def collections() -> None:
        await prepare(await current(database, FIGURES.name), FIGURES)
        await watermarks.prepare(database)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            async with working(prepared(collections)):
                yield
        finally:
            await log.close()
            client.close()

    reports = Reports(client, database, FIGURES.name)
    routes = router(reports, Ends(settings, FOLLOWS, log), settings)
    return create_app(NAME, settings, routers=[routes], ready=store_ready(client), lifespan=lifespan)


SERVICE = Service(NAME, api, projection=FIGURES, dated=True)
