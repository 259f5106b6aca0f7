"""``nanxun deadletters``: what could not be read, looked at and decided on."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from deploy.foreground import run
from deploy.operations.choosing import Choice, decide
from deploy.operations.errors import NotNow
from deploy.operations.followed import named
from deploy.operations.letters import Filter, State
from deploy.operations.showing import list_letters, show_letter
from shared.settings import Settings, load
from shared.topics import AGGREGATES

commands = typer.Typer(
    help="Records that could not be read: list, show, redrive or discard them.", no_args_is_help=True
)
Topic = Annotated[str | None, typer.Option("--topic", help="Only of this topic, such as hazards.")]
Projection = Annotated[str | None, typer.Option("--projection", help="Only of this, such as figures.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Only for this: headers, schema, key or value.")]
Ids = Annotated[
    list[str] | None, typer.Argument(help="Letters, as list shows them; a unique beginning does.")
]
All = Annotated[bool, typer.Option("--all", help="Every open letter that the filters leave.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Wait = Annotated[bool, typer.Option("--wait", help="Return once the projections have applied it.")]


@commands.command("list")
def list_(  # noqa: PLR0913 - the options of a command
    *,
    topic: Topic = None,
    projection: Projection = None,
    reason: Reason = None,
    state: Annotated[State | None, typer.Option(help="Open, unless another is asked for.")] = State.OPEN,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were decided on.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many are shown; all are counted.")] = 50,
) -> None:
    """Show dead letters, the newest first, and count them."""
    settings = load()
    wanted = _filter(settings, topic, projection, reason, None if everything else state)
    raise typer.Exit(run(list_letters(settings, wanted, limit, Console())))


@commands.command()
def show(letter: Annotated[str, typer.Argument(help="The letter, or a unique beginning of its id.")]) -> None:
    """Show one dead letter whole, with what can be read of its record by now."""
    raise typer.Exit(run(show_letter(load(), letter)))


def _deciding(verdict: State) -> Callable[..., None]:
    """Return the command that decides on letters so; every decision takes the same options."""

    def command(  # noqa: PLR0913 - the options of a command
        ids: Ids = None,
        *,
        everything: All = False,
        topic: Topic = None,
        projection: Projection = None,
        reason: Reason = None,
        yes: Yes = False,
        wait: Wait = False,
    ) -> None:
        settings = load()
        wanted = _filter(settings, topic, projection, reason, State.OPEN)
        choice = Choice(verdict, tuple(ids or ()), wanted if everything else None)
        raise typer.Exit(run(decide(settings, choice, Console(), yes=yes, wait=wait)))

    return command


commands.command("redrive", help="Have records applied that can be read by now.")(_deciding(State.REDRIVEN))
commands.command("discard", help="Do without records for good; cases that wait for them go on.")(
    _deciding(State.DISCARDED)
)


def _filter(
    settings: Settings, topic: str | None, projection: str | None, reason: str | None, state: State | None
) -> Filter:
    group = named(projection).group(settings) if projection else None
    if topic not in (None, *AGGREGATES):
        raise NotNow(f"there is no topic {topic}: say one of {', '.join(AGGREGATES)}.")
    return Filter(topic, group, reason, state)
