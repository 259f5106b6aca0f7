"""The command: servers of its own on a folder of its own, the phases with a progress bar, the tables."""

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.foreground import run as run_in_foreground
from deploy.local import kafka as local_kafka
from deploy.local import mongod
from deploy.local.addresses import Addresses
from deploy.local.room import reserved
from deploy.registry import watch
from deploy.registry.account import Account
from deploy.registry.phases import Run
from deploy.registry.tables import tables
from shared.settings import Settings, load
from shared.topics import provision

app = typer.Typer(help="Measurements that take long enough to be commands.", no_args_is_help=True)

# Enough for a look in a minute or two.
_A_TRY = 100_000
# Development's half a gigabyte would measure how often a page is written and read again. mongod by itself
# takes half of a machine's memory; here Kafka, the services and the system's cache of files need theirs.
_CACHE_SHARE = 4
# A million enterprises in the register, in three copies and in the log; measured, and rounded up.
_MB_PER_MILLION = 2_500
_LEAST_MB = 1_500
_WORDS = """\
{count:,} enterprises by seed {seed}, in {folder} (servers of its own; nothing else is touched).
It ends by itself; interrupted, the same command goes on where it was. Done so far: {done:,} imported."""


@app.callback()
def bench() -> None:
    """Measurements that take long enough to be commands; `make bench` has the others."""


@app.command()
def registry(
    *,
    enterprises: Annotated[int, typer.Option(min=100, help="How many; the nation has 42000000.")] = _A_TRY,
    seed: Annotated[int, typer.Option(help="Of the nation; the same seed makes the same.")] = 1,
    data: Annotated[Path | None, typer.Option(help="Where all of it is kept.")] = None,
) -> None:
    """Register, publish and project a nation of enterprises on this machine, and say how fast and why."""
    folder = (data or load().data / "registry").absolute()
    raise typer.Exit(run_in_foreground(measure(folder, seed, enterprises, Console())))


async def measure(folder: Path, seed: int, enterprises: int, console: Console) -> None:
    """Do it, or the rest of it.

    Raises:
        Unavailable: the folder holds another run, servers cannot be had, or a process ended.
    """
    account = Account.of(folder, seed=seed, enterprises=enterprises)
    console.print(
        _WORDS.format(count=enterprises, seed=seed, folder=folder, done=account.imported), soft_wrap=True
    )
    async with _servers(folder, enterprises - account.imported) as addresses:
        settings = Settings(
            kafka=addresses.kafka, mongo=addresses.mongo, data=folder, instance="registry", replication=1
        )
        await provision(settings)
        account.empty = account.empty or watch.sizes(folder)
        with _progress(console) as progress:
            bar = progress.add_task("", total=None, rate="")

            def shown(name: str, count: int, of: int) -> None:
                rate = f"{account.phase(name).rate:,.0f}/s"
                progress.update(bar, description=name, completed=count, total=of, rate=rate)

            await Run(account, settings, addresses, shown).whole()
        for part in tables(account):
            console.print(part, soft_wrap=isinstance(part, str))


@contextlib.asynccontextmanager
async def _servers(folder: Path, left: int) -> AsyncIterator[Addresses]:
    """Run Kafka and MongoDB on the folder, as child processes whose memory and time can be read."""
    needed = _LEAST_MB + left * _MB_PER_MILLION // 1_000_000
    with reserved(folder, needed_mb=needed):
        async with (
            local_kafka.cluster(folder, standard_ports=False) as brokers,
            mongod.replica_set(folder, standard_ports=False) as members,
        ):
            async with AsyncMongoClient[dict[str, Any]](members.uri) as client:
                cache = f"cache_size={_memory_mb() // _CACHE_SHARE}M"
                await client.admin.command({"setParameter": 1, "wiredTigerEngineRuntimeConfig": cache})
            own = [*brokers.brokers, *members.members]
            yield Addresses(brokers.bootstrap, members.uri, "native", own)


def _memory_mb() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        console=console,
    )
