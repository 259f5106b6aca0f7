"""``nanxun topics``: made and checked; ``grow`` gives them more partitions, ``drop`` ends older editions."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from deploy import reach
from deploy.foreground import run as run_in_foreground
from deploy.local.errors import Unavailable
from deploy.operations.editions import heard, in_use, publishers
from deploy.operations.errors import NotNow
from deploy.operations.followed import followed
from deploy.operations.grow import Growing
from deploy.operations.servers import store
from deploy.operations.words import say
from shared.edition import Edition
from shared.mongo import Client
from shared.projection.generation import generations
from shared.relay.editions import fed, feed
from shared.settings import Settings, load
from shared.topics import AGGREGATES, delete

commands = typer.Typer(
    help="The topics: made and checked, given more partitions.", invoke_without_command=True
)


@commands.callback()
def check(context: typer.Context) -> None:
    """Create the topics that are missing, and check the others."""
    if context.invoked_subcommand is None:
        created = asyncio.run(_checked(load()))
        say(Console(), "\n".join(f"created {name}" for name in created) or "Every topic is there.")


@commands.command()
def grow(
    *,
    partitions: Annotated[int, typer.Option(min=2, max=1_000, help="How many each topic is to have.")],
    accept_differences: Annotated[
        bool, typer.Option("--accept-differences", help="Switch also where generations differ.")
    ] = False,
) -> None:
    """Give the topics more partitions: a new edition of the log, filled, read into new generations."""
    raise typer.Exit(run_in_foreground(_grown(load(), partitions, Console(), accept=accept_differences)))


@commands.command()
def drop() -> None:
    """End the editions of the log that no projection follows any more, and delete their topics."""
    raise typer.Exit(run_in_foreground(dropped(load(), Console())))


async def _checked(settings: Settings) -> list[str]:
    """Check every edition; the first alone where MongoDB, which knows of others, does not answer."""
    editions, said = [settings.edition], ""
    try:
        async with store(settings) as client:
            editions = await in_use(settings, client)
    except Unavailable as trouble:
        said = f"Only the first edition of the topics is looked at: {trouble}"
    created = [name for edition in editions for name in await reach.topics(settings.on(edition))]
    if said:
        typer.echo(said, err=True)
    return created


async def _grown(settings: Settings, partitions: int, console: Console, *, accept: bool) -> int:
    async with store(settings) as client:
        return await Growing(settings, client, console).run(partitions, accept=accept)


async def dropped(settings: Settings, console: Console) -> int:
    """End every edition but the newest.

    Raises:
        NotNow: a projection still follows another, or the newest is not filled yet.
        Unavailable: a server does not answer.
    """
    async with store(settings) as client:
        newest = (await in_use(settings, client))[-1]
        # Those that an interrupted drop has left on Kafka are deleted as well.
        older = [Edition(n, settings.partitions) for n in range(1, newest.number)]
        await _unfollowed(settings, client, newest)
        said = ", ".join(str(edition.number) for edition in older)
        say(
            console,
            f"Ends edition {said} of the log and deletes its topics." if older else "There is one edition.",
        )
        for service, database in publishers(settings, client).items():
            editions = await fed(database, settings)
            if editions[-1].edition != newest or not editions[-1].whole:
                raise NotNow(
                    f"{service} has not filled edition {newest.number}: end `nanxun topics grow` first."
                )
            if len(editions) > 1:
                await feed(database, editions[-1:])
                await heard(service, database, editions[-1:])
    for edition in older:
        for name in await delete(settings.on(edition), AGGREGATES):
            say(console, f"deleted {name}")
    return 0


async def _unfollowed(settings: Settings, client: Client, newest: Edition) -> None:
    first = Edition(1, settings.partitions)
    for one in followed():
        known = await generations(one.database(settings, client), one.projection.name)
        if any(known.editions.get(number, first) != newest for number in known.live):
            raise NotNow(
                f"{one.name} follows an older edition: `nanxun topics grow` moves it, and"
                f" `nanxun rebuild {one.name} --drop` ends the generation before."
            )
