"""``nanxun parked``: the cases that a bug of ours has stopped, looked at and released."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from deploy.foreground import run
from deploy.operations.asking import go_on
from deploy.operations.awaiting import wait_for
from deploy.operations.editions import logs
from deploy.operations.errors import NotNow
from deploy.operations.facts import Identified, release, release_id
from deploy.operations.followed import Followed, followed, named
from deploy.operations.servers import log_of, store
from deploy.operations.words import ago, table
from deploy.operations.writing import write
from shared.mongo import Client
from shared.projection import stuck
from shared.projection.documents import CASES
from shared.projection.generation import current
from shared.projection.stuck import ParkedCase
from shared.settings import Settings, load

commands = typer.Typer(
    help="Cases that a bug of ours has stopped: list or release them.", no_args_is_help=True
)
Projection = Annotated[str | None, typer.Option("--projection", help="Only of this, such as figures.")]


@dataclass(frozen=True, slots=True)
class Parked:
    """One case that stands still in one read model.

    Attributes:
        of: the read model.
        case: the case.
        topic: where its release is met, in the edition of the log that the read model follows.
    """

    of: Followed
    case: ParkedCase
    topic: str

    def row(self) -> tuple[str, ...]:
        """Return what is shown of it."""
        case = self.case
        # How long the event has been on the log is known only where whoever wrote it said so.
        since = ago(datetime.fromtimestamp(case.since / 1_000, UTC)) if case.since > 0 else ""
        return case.subject, self.of.name, str(case.sequence), since, f"{case.held:,}", case.bug


@commands.command("list")
def list_(
    *,
    projection: Projection = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many are shown; all are counted.")] = 50,
) -> None:
    """Show the cases that are parked, with the bug that each met, and count them."""
    raise typer.Exit(run(list_parked(load(), projection, limit, Console())))


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
    raise typer.Exit(run(release_parked(load(), cases, projection, Console(), yes=yes, wait=wait)))


async def parked(settings: Settings, client: Client, projection: str | None) -> AsyncIterator[Parked]:
    """Yield the cases that are parked, of one projection or of all.

    Raises:
        NotNow: there is no such projection.
        PyMongoError: MongoDB does not answer.
    """
    wanted = (named(projection),) if projection else followed()
    for one in wanted:
        generation = await current(one.database(settings, client), one.projection.name)
        async for case in stuck.parked(generation.collection(CASES)):
            # What stands at nothing that it holds is released on any topic of its lane.
            topic = case.topic or generation.on(settings).topic(one.projection.topics[0])
            yield Parked(one, case, topic)


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
                rows.append(one.row())
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
    """Release parked cases, all where none is named.

    Returns:
        0; 1 where the operator does not go on; 2 where one is not parked, or not all is applied in time.

    Raises:
        Unavailable: a server does not answer.
    """
    async with log_of(*await logs(settings)), store(settings) as client:
        meant = [
            one
            async for one in parked(settings, client, projection)
            if not cases or one.case.subject in cases
        ]
        missing = sorted(set(cases or ()) - {one.case.subject for one in meant})
        console.print(
            f"Releasing {len(meant):,} parked cases: each projection applies their events again from where"
            " they stand. A bug that is still there parks them again.",
            soft_wrap=True,
        )
        if not cases and meant and not yes and not go_on():
            return 1
        facts = await write(settings, _releases(settings, meant))
    for subject in missing:
        typer.echo(f"{subject}: refused, it is not parked.", err=True)
    console.print(f"{len(facts):,} released, {len(missing):,} refused.")
    waited = await wait_for(settings, console, facts) if wait and facts else True
    return 0 if waited and not missing else 2


async def _releases(settings: Settings, cases: list[Parked]) -> AsyncIterator[Identified]:
    for one in cases:
        yield release_id(), release(one.of.group(settings), one.topic, one.case)
