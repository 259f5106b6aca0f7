"""The whole stack in the foreground: servers, topics, the services' processes, and where each one is."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy import identity, reach
from deploy.local.addresses import Addresses
from deploy.local.servers import servers
from deploy.local.supervision import supervise
from deploy.stack import Stack
from shared.settings import Settings


@contextlib.asynccontextmanager
async def stack(settings: Settings, console: Console) -> AsyncIterator[tuple[Stack, Addresses]]:
    """Run everything until the end of the block.

    Raises:
        Unavailable: something cannot be had; the sentence names the remedy.
    """
    async with contextlib.AsyncExitStack() as started:
        with console.status("Starting Kafka and MongoDB (the first time downloads what is missing) …"):
            addresses = await started.enter_async_context(servers(settings))
        services = Stack(settings, addresses)
        with console.status("Creating topics, starting services …"):
            await reach.topics(services.settings)
            await reach.mongo(services.settings)
            if settings.development:
                identity.prepare(settings)
            await started.enter_async_context(services)
        yield services, addresses


async def up(settings: Settings, console: Console) -> None:
    """Run everything until it is stopped; start again what dies."""
    async with stack(settings, console) as (services, addresses):
        console.print(where(services, addresses))
        console.print("Ctrl-C stops all of it; the data stay.")
        own = [*addresses.processes, *services.children.values()]
        if own:
            await supervise(own, lambda line: console.print(line, markup=False))
        await asyncio.Event().wait()


def where(services: Stack, addresses: Addresses) -> Table:
    """Return the table of what runs where."""
    table = Table("what", "where", title="Nanxun", title_justify="left")
    table.add_row(f"Kafka ({addresses.origin})", addresses.kafka)
    # Without what comes before the hosts, which may be a password.
    table.add_row(f"MongoDB ({addresses.origin})", escape(reach.mongo_at(addresses.mongo)))
    for part in services.children:
        table.add_row(str(part), services.url(part.service, part.role, part.number) + _page(part.role))
    table.add_row("data and logs", escape(str(services.settings.data.absolute())))
    return table


def _page(role: str) -> str:
    return "/openapi.json" if role == "api" else "/metrics"
