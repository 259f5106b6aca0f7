"""``nanxun parked``: the cases that a bug of ours has stopped, looked at and released."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from deploy.foreground import run
from deploy.operations.deciding import release, release_id, wait_for, write
from deploy.operations.editions import on_the_newest
from deploy.operations.errors import NotNow
from deploy.operations.followed import Followed, followed, named
from deploy.operations.servers import log_of, store
from deploy.operations.words import ago, table
from shared.events.operations import AnyOperation
from shared.mongo import Client, Document
from shared.projection.documents import CASES
from shared.projection.generation import current
from shared.projection.stuck import PARKED
from shared.sender import Sender
from shared.settings import Settings

commands = typer.Typer(
    help="Cases that a bug of ours has stopped: list or release them.", no_args_is_help=True
)
Projection = Annotated[str | None, typer.Option("--projection", help="Only of this, such as figures.")]
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Parked:
    """One case that stands still in one read model."""

    of: Followed
    case: Document

    @property
    def sequence(self) -> int:
        """Return the event that it stands at."""
        return int(self.case["version"]) + 1

    def since(self) -> str:
        """Return for how long the event has been on the log, where whoever wrote it said so."""
        logged = self.case.get("parked_since") or 0
        return ago(datetime.fromtimestamp(logged / 1_000, UTC)) if logged > 0 else ""


@commands.command("list")
def list_(
    *,
    projection: Projection = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many are shown; all are counted.")] = 50,
) -> None:
    """Show the cases that are parked, with the bug that each met, and count them."""
    raise typer.Exit(run(list_parked(on_the_newest(), projection, limit, Console())))


@commands.command("release")
def release_(
    cases: Annotated[list[str] | None, typer.Argument(help="Ids of cases, as list shows them.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every case that is parked.")] = False,
    projection: Projection = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Return once the projections have applied it.")
    ] = False,
) -> None:
    """Let cases go on, once the bug that stopped them is mended and deployed."""
    if bool(cases) == everything:
        raise NotNow("say which cases: their ids, or --all.")
    raise typer.Exit(run(release_parked(on_the_newest(), cases, projection, Console(), yes=yes, wait=wait)))


async def parked(settings: Settings, client: Client, projection: str | None) -> AsyncIterator[Parked]:
    """Yield the cases that are parked, by an index that holds few others.

    Raises:
        NotNow: there is no such projection.
        PyMongoError: MongoDB does not answer.
    """
    wanted = (named(projection),) if projection else followed()
    shown = {
        "subject": 1,
        "lane": 1,
        "version": 1,
        "parked": 1,
        "parked_since": 1,
        "stuck": 1,
        "held.topic": 1,
    }
    for one in wanted:
        generation = await current(one.database(settings, client), one.projection.name)
        async for case in generation.collection(CASES).find(PARKED, shown):
            yield Parked(one, case)


async def list_parked(settings: Settings, projection: str | None, limit: int, console: Console) -> None:
    """Print parked cases and how many there are.

    Raises:
        Unavailable: MongoDB does not answer.
    """
    rows, total = list[tuple[str, ...]](), 0
    async with store(settings) as client:
        async for one in parked(settings, client, projection):
            total += 1
            if len(rows) < limit:
                held = f"{one.case['stuck']['held']:,}"
                rows.append(
                    (
                        one.case["subject"],
                        one.of.name,
                        str(one.sequence),
                        one.since(),
                        held,
                        one.case["parked"],
                    )
                )
    if rows:
        console.print(table(("case", "projection", "stands at", "since", "held", "bug"), rows))
    console.print(f"{total:,} cases are parked" + (f"; {limit:,} are shown." if total > limit else "."))


async def release_parked(  # noqa: PLR0913 - the options of the command
    settings: Settings,
    cases: list[str] | None,
    projection: str | None,
    console: Console,
    *,
    yes: bool,
    wait: bool,
) -> int:
    """Release parked cases, all where none is named; return 0, or 2 where one is not parked.

    Raises:
        Unavailable: a server does not answer.
    """
    async with log_of(settings), store(settings) as client:
        meant = [
            one
            async for one in parked(settings, client, projection)
            if not cases or one.case["subject"] in cases
        ]
        missing = sorted(set(cases or ()) - {one.case["subject"] for one in meant})
        console.print(
            f"Releasing {len(meant):,} parked cases: each projection applies their events again from where"
            " they stand. A bug that is still there parks them again.",
            soft_wrap=True,
        )
        if not cases and meant and not yes and not typer.confirm("Go on?"):
            return 1
        facts = [(release_id(), _fact(settings, one)) for one in meant]
        sender = Sender(settings)
        try:
            for start in range(0, len(facts), _AT_ONCE):
                await write(sender, facts[start : start + _AT_ONCE])
        finally:
            await sender.close()
    for subject in missing:
        typer.echo(f"{subject}: refused, it is not parked.", err=True)
    console.print(f"{len(facts):,} released, {len(missing):,} refused.")
    waited = await wait_for(settings, console, facts) if wait and facts else True
    return 0 if waited and not missing else 2


def _fact(settings: Settings, one: Parked) -> AnyOperation:
    held = one.case.get("held")
    # What stands at nothing that it holds is released on any topic of its lane.
    topic = held[0]["topic"] if held else settings.topic(one.of.projection.topics[0])
    return release(one.of.group(settings), topic, one.case)
