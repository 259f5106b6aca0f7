"""The wiring of the service: its store, its routes and its roles, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.suggestions import bus
from services.suggestions.api import savings, suggestions
from services.suggestions.domain.refusals import NotAuthor
from services.suggestions.store import SERVICE as NAME
from services.suggestions.store import Store
from shared import mongo
from shared.clock import Now, now
from shared.http import create_app
from shared.http.problems import Refusals
from shared.service import Service
from shared.settings import Settings
from shared.working import prepared, store_ready, working

REFUSALS: Refusals = {NotAuthor: 403}


def api(settings: Settings, *, clock: Now = now) -> FastAPI:
    """Return the HTTP application; it serves before the store answers, and without Kafka."""
    client = mongo.connect(settings.mongo)
    store = Store(client[settings.database(NAME)])

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            async with store.running(), working(prepared(store.prepare)):
                yield
        finally:
            client.close()

    app = create_app(
        NAME,
        settings,
        routers=[suggestions.router, savings.router],
        ready=store_ready(client),
        refusals=REFUSALS,
        lifespan=lifespan,
        clock=clock,
    )
    app.state.store = store
    return app


SERVICE = Service(NAME, api, publishes=bus.STREAMS, projection=bus.COPY)
