"""The services' processes: one for each role, or several, started, watched, killed and started again."""

import asyncio
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import httpx2

import services
from deploy.environment import beside, environment, with_free_ports
from deploy.local.addresses import Addresses
from deploy.local.processes import Child, stop_all
from shared.settings import ROLE_PORTS, Settings

# For a machine whose cores are busy with a dozen interpreters at once; 5 s is usual.
START = 60.0


@dataclass(frozen=True)
class Part:
    """One role of one service; those beyond the first of a kind have a number."""

    service: str
    role: str
    number: int = 1

    def __str__(self) -> str:
        """Return the name of its process and its log."""
        name = f"{self.service}-{self.role}"
        return name if self.number == 1 else f"{name}-{self.number}"


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

    Without ``standard_ports`` they are ports of its own: one that is free for the moment in which an API
    starts again would be taken by the next stack on this machine, and requests would reach that one's.

    ``settings`` are those that the processes run with: the servers in use, the ports found. An instance that
    joins later has its own port and name, and keeps them when it leaves and joins again.
    """

    def __init__(
        self,
        settings: Settings,
        addresses: Addresses,
        *,
        of: Sequence[Part] | None = None,
        command: Callable[[Part], Sequence[str]] = role_command,
        standard_ports: bool = True,
    ) -> None:
        chosen = parts() if of is None else of
        in_use = settings.model_copy(update={"kafka": addresses.kafka, "mongo": addresses.mongo})
        owners = sorted({part.service for part in chosen})
        self.settings = with_free_ports(in_use, owners, standard_ports=standard_ports)
        self._command = command
        self._joined: dict[Part, Settings] = {}
        self.children = {part: self._child(part) for part in chosen}

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

    def url(self, service: str, role: str = "api", number: int = 1) -> str:
        """Return where a role answers HTTP."""
        settings = self._joined.get(Part(service, role, number), self.settings)
        return f"http://127.0.0.1:{settings.port(service, role)}"

    async def join(self, part: Part) -> None:
        """Start one more instance of a role beside the others, and wait until it is ready."""
        if part not in self._joined:
            taken = {
                settings.port(service, role)
                for settings in (self.settings, *self._joined.values())
                for service in {each.service for each in self.children}
                for role in ROLE_PORTS
            }
            self._joined[part] = beside(self.settings, part.service, avoid=taken)
        self.children.setdefault(part, self._child(part))
        await self.children[part].start()
        await self._ready(part)

    def numbers(self, service: str, role: str) -> list[int]:
        """Return the numbers of the instances that there are of a role, whether they run or not."""
        return [part.number for part in self.children if (part.service, part.role) == (service, role)]

    async def leave(self, part: Part) -> None:
        """Stop an instance and think of it no more, until it joins again with the port and name it had."""
        await self.children.pop(part).stop()

    async def kill(self, service: str, role: str) -> None:
        """End a role as ``kill -9`` does."""
        await self.children[Part(service, role)].kill()

    async def restart(self, service: str, role: str) -> None:
        """Start a role again, stopped first if it runs, and wait until it is ready."""
        await self.revive(Part(service, role))

    async def revive(self, part: Part) -> None:
        """Start an instance again, stopped first if it runs, and wait until it is ready."""
        await self.children[part].restart()
        await self._ready(part)

    def _child(self, part: Part) -> Child:
        log = self.settings.data.absolute() / "logs" / f"{part}.log"
        env = environment(self._joined.get(part, self.settings), process=str(part))
        return Child(str(part), self._command(part), log=log, env=env)

    async def _ready(self, part: Part) -> None:
        url = f"{self.url(part.service, part.role, part.number)}/health/ready"
        # Past any proxy of the environment: this never leaves the machine.
        async with httpx2.AsyncClient(trust_env=False) as client:
            await self.children[part].until(lambda: _answers(client, url), within=START)


async def _answers(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx2.TransportError:
        return False
