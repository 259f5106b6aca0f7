"""The services' processes: one for each role, started, watched, killed and started again."""

import asyncio
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import httpx2

import services
from deploy.environment import environment, with_free_ports
from deploy.local.addresses import Addresses
from deploy.local.processes import Child, stop_all
from shared.settings import Settings

# For a machine whose cores are busy with a dozen interpreters at once; 5 s is usual.
START = 60.0


@dataclass(frozen=True)
class Part:
    """One role of one service."""

    service: str
    role: str

    def __str__(self) -> str:
        """Return the name of its process and its log."""
        return f"{self.service}-{self.role}"


def parts() -> list[Part]:
    """Return the roles of the services that exist, as each says of itself what it publishes and follows."""
    found: list[Part] = []
    for module in pkgutil.iter_modules(services.__path__, "services."):
        service = importlib.import_module(module.name)
        # A service that has only its place yet owns nothing.
        if getattr(service, "OWNS", None):
            found += _roles(module.name.rpartition(".")[2], service.PUBLISHES, service.FOLLOWS)
    return found


def _roles(service: str, publishes: Sequence[str], follows: Sequence[str]) -> Iterable[Part]:
    yield Part(service, "api")
    if publishes:
        yield Part(service, "relay")
    if follows:
        yield Part(service, "projection")


def role_command(part: Part) -> Sequence[str]:
    """Return the command that runs one role."""
    return (sys.executable, "-m", f"services.{part.service}", part.role)


class Stack:
    """Every role of the services as a child process, on ports that were free.

    ``settings`` are those that the processes run with: the servers in use, the ports found.
    """

    def __init__(
        self,
        settings: Settings,
        addresses: Addresses,
        *,
        of: Sequence[Part] | None = None,
        command: Callable[[Part], Sequence[str]] = role_command,
    ) -> None:
        chosen = parts() if of is None else of
        in_use = settings.model_copy(update={"kafka": addresses.kafka, "mongo": addresses.mongo})
        self.settings = with_free_ports(in_use, sorted({part.service for part in chosen}))
        self.children = {part: self._child(part, command(part)) for part in chosen}

    async def __aenter__(self) -> Self:
        """Start every role and wait until each is ready.

        Raises:
            Unavailable: one is not.
        """
        try:
            await asyncio.gather(*(child.start() for child in self.children.values()))
            await asyncio.gather(*(self._ready(part) for part in self.children))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop every role."""
        await stop_all(list(self.children.values()))

    def url(self, service: str, role: str = "api") -> str:
        """Return where a role answers HTTP."""
        return f"http://127.0.0.1:{self.settings.port(service, role)}"

    async def kill(self, service: str, role: str) -> None:
        """End a role as ``kill -9`` does."""
        await self.children[Part(service, role)].kill()

    async def restart(self, service: str, role: str) -> None:
        """Start a role again, stopped first if it runs, and wait until it is ready."""
        part = Part(service, role)
        await self.children[part].restart()
        await self._ready(part)

    def _child(self, part: Part, command: Sequence[str]) -> Child:
        log = self.settings.data.absolute() / "logs" / f"{part}.log"
        return Child(str(part), command, log=log, env=environment(self.settings, process=str(part)))

    async def _ready(self, part: Part) -> None:
        url = f"{self.url(part.service, part.role)}/health/ready"
        # Past any proxy of the environment: this never leaves the machine.
        async with httpx2.AsyncClient(trust_env=False) as client:
            await self.children[part].until(lambda: _answers(client, url), within=START)


async def _answers(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx2.TransportError:
        return False
