"""The references of intake: the same application storing nothing, or with a write for every request."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from pymongo import InsertOne

from services.suggestions.app import api
from services.suggestions.store import SERVICE as NAME
from shared.events.base import Site
from shared.http.serve import run
from shared.mongo import Collection, Database
from shared.places import Places
from shared.settings import load
from shared.stream.commit import Operation


class Nowhere:
    """Says that everything is stored."""

    async def write(self, _operation: Operation) -> bool:
        """Store nothing."""
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do nothing while the block runs."""
        yield


class EachAlone(Nowhere):
    """Writes as most applications do."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def write(self, operation: Operation) -> bool:
        """Write once for this request, with majority concern."""
        if isinstance(operation, InsertOne):
            await self._collection.insert_one(operation._doc)
        else:
            await self._collection.update_one(operation._filter, operation._doc, upsert=True)
        return True


class Remembered(Places):
    """Looks every site up once, so that no request reads."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._sites: dict[tuple[str | None, str | None], Site] = {}

    async def site(self, *, site: str | None, enterprise: str | None, at: datetime) -> Site:
        """Return a site as it was when it was asked for first."""
        asked = site, enterprise
        if asked not in self._sites:
            self._sites[asked] = await super().site(site=site, enterprise=enterprise, at=at)
        return self._sites[asked]


def nothing(store: Any) -> None:
    """Let the store keep nothing and read nothing."""
    store.suggestions._commit = Nowhere()
    store.places = Remembered(store.places.database)


def single(store: Any) -> None:
    """Let the store write each request alone."""
    store.suggestions._commit = EachAlone(store.suggestions._collection)


HOW: dict[str, Callable[[Any], None]] = {"nothing": nothing, "single": single}


def main(how: str) -> None:
    """Serve the suggestions' application, changed in its store alone."""
    settings = load()
    app = api(settings)
    HOW[how](app.state.store)
    run({settings.port(NAME): app})


if __name__ == "__main__":
    main(sys.argv[1])
