"""``nanxun republish <topic>``: has the relays send all of a topic again, for a Kafka that was lost."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy import reach
from deploy.foreground import run as run_in_foreground
from deploy.operations.editions import in_use
from deploy.operations.errors import NotNow
from deploy.operations.servers import store
from deploy.operations.words import say
from shared.events.topology import SERVICES
from shared.mongo import Database
from shared.relay import republish as anew
from shared.settings import Settings, load

_WORDS = """\
Topic {topic}, of service {service}: about {count:,} cases. Each is set back to unpublished in {database}, \
and the service's relays send every event of theirs again, oldest first. Nothing else is changed, and \
commands are taken all the while. What Kafka still has of them it has twice then, which is harmless: \
consumers drop the second. as_of of the reports is null while cases are set back, and then stands at \
what is sent, until all of it is.
Interrupted, the same command goes on where it was."""
_THEN = """\
All of them are set back. Relays of the service must run to send them; nanxun_unpublished_events counts them.
If the log was lost, every projection that follows {topic} then needs a rebuild."""


def republish(
    topic: Annotated[str, typer.Argument(help="Such as hazards, as services name it.")],
) -> None:
    """Send all of a topic to Kafka again, from the stored cases: for a log that was lost."""
    raise typer.Exit(run_in_foreground(run(load(), topic, Console())))


async def run(settings: Settings, topic: str, console: Console) -> None:
    """Set all cases of a topic back to unpublished, or those that an interrupted run has left.

    Raises:
        NotNow: there is no such topic, or Kafka does not have it.
        Unavailable: a server does not answer.
    """
    service = _owner(topic)
    async with store(settings) as client:
        on = settings.on((await in_use(settings, client))[-1])
        if on.topic(topic) in await reach.missing(on):
            raise NotNow(
                f"Kafka has no topic {on.topic(topic)}: give `nanxun topics` first, which creates it."
            )
        database = client[settings.database(service)]
        count = await database[topic].estimated_document_count()
        say(console, _WORDS.format(topic=topic, service=service, count=count, database=database.name))
        await _history(database, topic, console)
        await _set_back(database, topic, count, console)
    say(console, _THEN.format(topic=topic))


def _owner(topic: str) -> str:
    owners = {published: name for name, bus in SERVICES.items() for published in bus.publishes}
    if topic not in owners:
        raise NotNow(f"no service publishes a topic {topic}: say one of {', '.join(sorted(owners))}.")
    return owners[topic]


async def _history(database: Database, topic: str, console: Console) -> None:
    if begun := await anew.under_way(database, topic):
        say(
            console,
            f"This was begun at {begun.began:%Y-%m-%d %H:%M:%S} UTC: {begun.done:,} are done already.",
        )
    elif ended := await anew.last(database, topic):
        say(
            console,
            f"It was done before, at {ended:%Y-%m-%d %H:%M:%S} UTC, and is done again from the start.",
        )


async def _set_back(database: Database, topic: str, count: int, console: Console) -> None:
    columns = (
        TextColumn("Setting back"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cases"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        begun = await anew.begin(database, topic)
        bar = progress.add_task("", total=max(count, begun.done), completed=begun.done)
        async for done in anew.set_back(database, begun):
            progress.update(bar, completed=done)
