"""How a service is run: ``python -m services.<name> api|relay|projection|all``."""

import gc
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from shared import log as logs
from shared import mongo
from shared.http import role_app
from shared.http.serve import PortTaken, run
from shared.projection import Projection, Runtime
from shared.projection.words import Watermarks
from shared.relay import Relay
from shared.settings import Settings, WrongSetting, load
from shared.working import working

# A batch of records or of an import becomes hundreds of thousands of objects, none of them in cycles: looked
# through as often as Python does by itself, they cost a projection as much again as its work, and an import a
# quarter more.
_COLLECT_AFTER = 100_000
# More than a projection's batch makes: with the other a ninth of its time still went into looking.
_COLLECT_AFTER_BATCH = 1_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a service.

    Attributes:
        name: as in the settings, the metrics and the name of its database.
        api: makes the HTTP application.
        publishes: its streams, each a collection and a topic.
        projection: what it keeps of the topics that it follows.
        dated: whether its answers say before when everything is in them.
    """

    name: str
    api: Callable[[Settings], ASGIApp]
    publishes: tuple[str, ...] = ()
    projection: Projection[Any, Any] | None = None
    dated: bool = False

    def roles(self) -> tuple[str, ...]:
        """The roles that the service has."""
        has = {"api": True, "relay": bool(self.publishes), "projection": self.projection is not None}
        return tuple(role for role, there in has.items() if there)


def main(service: Service) -> None:
    """Run the role that the command line names, until the process is told to stop."""
    role = sys.argv[1] if len(sys.argv) == 2 else ""  # noqa: PLR2004 - the program and its one argument
    if role not in {*service.roles(), "all"}:
        sys.exit(f"usage: python -m services.{service.name} {'|'.join((*service.roles(), 'all'))}")
    try:
        settings = load()
        logs.configure(service.name, role)
        roles = service.roles() if role == "all" else (role,)
        apps = {settings.port(service.name, role): application(service, role, settings) for role in roles}
        # What is there now stays; no look need pass over it again.
        gc.freeze()
        gc.set_threshold(_COLLECT_AFTER_BATCH if "projection" in roles else _COLLECT_AFTER)
        run(apps, host=settings.host)
    except (WrongSetting, PortTaken) as error:
        sys.exit(str(error))


def application(service: Service, role: str, settings: Settings) -> ASGIApp:
    """Return what one role of the service serves; its work goes on while it is served."""
    if role == "api":
        return service.api(settings)
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    database = client[settings.database(service.name)]
    work: Relay | Runtime[Any, Any]
    heard: Watermarks | None = None
    if role == "relay":
        work = Relay(settings, database, service=service.name, kinds=service.publishes)
    else:
        assert service.projection is not None
        work = Runtime(settings, client, database, service.projection)
        if service.dated:
            heard = Watermarks(settings, database, service.projection.name, service.projection.topics)

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        try:
            async with AsyncExitStack() as running:
                await running.enter_async_context(working(work.run()))
                if heard is not None:
                    await running.enter_async_context(working(heard.run()))
                yield
        finally:
            client.close()

    return role_app(service.name, role, work.ready, lifespan)
