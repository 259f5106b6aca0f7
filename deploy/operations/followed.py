"""The projections that there are, by the name that an operator gives."""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Any

import services
from deploy.operations.errors import NotNow
from shared.mongo import Client, Database
from shared.projection import Projection
from shared.projection.generation import on_the_cluster
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Followed:
    """One projection of one service."""

    service: str
    projection: Projection[Any, Any]

    @property
    def name(self) -> str:
        """Return the name by which it is told from every other one."""
        return f"{self.service}-{self.projection.name}"

    def group(self, settings: Settings) -> str:
        """Return the name that dead letters and decisions have for it."""
        return on_the_cluster(settings.database(self.service), self.projection.name)

    def database(self, settings: Settings, client: Client) -> Database:
        """Return where it is kept."""
        return client[settings.database(self.service)]


@cache
def followed() -> tuple[Followed, ...]:
    """Return every projection, as the services that exist declare them."""
    found = []
    for module in pkgutil.iter_modules(services.__path__, "services."):
        # A service that has only its place yet has no wiring.
        if not getattr(importlib.import_module(module.name), "OWNS", None):
            continue
        service = importlib.import_module(f"{module.name}.app").SERVICE
        if service.projection is not None:
            found.append(Followed(service.name, service.projection))
    return tuple(found)


def named(name: str) -> Followed:
    """Return the projection that ``<service>``, ``<projection>`` or ``<service>-<projection>`` means.

    Raises:
        NotNow: there is none, or the name fits several.
    """
    fitting = [one for one in followed() if name in (one.name, one.service, one.projection.name)]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(one.name for one in fitting or followed())
    wrong = f"{name} is the name of several projections" if fitting else f"there is no projection {name}"
    raise NotNow(f"{wrong}: say one of {known}.")
