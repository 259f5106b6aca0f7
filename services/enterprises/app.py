"""The wiring of the service: its store, its routes and its roles, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.enterprises import api as edge
from services.enterprises import bus, imports, sites
from services.enterprises.store import Registry
from shared import mongo
from shared.clock import Now, now
from shared.http import create_app
from shared.service import Service
from shared.settings import Settings
from shared.working import prepared, store_ready, working

NAME = "enterprises"


def api(settings: Settings, *, clock: Now = now) -> FastAPI:
    """Return the HTTP application of the registry."""
    client = mongo.connect(settings.mongo)
    registry = Registry(client[settings.database(NAME)], service=NAME)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            async with registry.stream.running(), working(prepared(registry.prepare)):
                yield
        finally:
            client.close()

    app = create_app(
        NAME,
        settings,
        routers=[edge.router, sites.router, imports.router],
        ready=store_ready(client),
        lifespan=lifespan,
        refusals=edge.REFUSALS,
        streamed=[imports.PATH],
        clock=clock,
    )
    app.state.registry = registry
    return app


SERVICE = Service(NAME, api, publishes=bus.STREAMS, projection=bus.PROJECTION)
