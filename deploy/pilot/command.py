"""``nanxun demo``: starts everything, replays the pilot, prints the report, and says whether it is right."""

import asyncio
import contextlib
import shlex
import time
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy import identity
from deploy.foreground import run as run_in_foreground
from deploy.local.addresses import Addresses
from deploy.local.errors import Unavailable
from deploy.local.supervision import supervise
from deploy.pilot.case import Request
from deploy.pilot.plan import Plan, plan
from deploy.pilot.story import Result, of_long_ago, run
from deploy.pilot.tables import tables
from deploy.stack import Stack
from deploy.up import stack, where
from shared.events.base import Role
from shared.settings import load

_FIRST_WORDS = (
    "This is a synthetic replay with planted input totals; "
    "what is shown is that exactly what went in comes out."
)
_WORDS = """\
Planted: {targets.enterprises} factories, {targets.suggestions:,} suggestions, \
{targets.hazards_resolved:,} hazards resolved, ¥{yuan:,} claimed as saved. \
Factories, people and texts are made up.
The source says "six months"; that they were November 2015 to April 2016 is an assumption.
The services run with NANXUN_BACKDATE_DAYS=36500, since all of it is said to have happened ten years ago."""


def demo(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = False,
) -> None:
    """Replay the pilot on real servers over HTTP, and print the national report."""
    raise typer.Exit(run_in_foreground(show(Console(), keep=keep)))


async def show(console: Console, *, keep: bool) -> int:
    """Run the whole demo; return its exit status.

    Raises:
        Unavailable: something cannot be had, or a service refused what it should accept.
    """
    began = time.monotonic()
    console.print(_FIRST_WORDS, style="bold", soft_wrap=True)
    chosen = plan()
    console.print(
        _WORDS.format(targets=chosen.targets, yuan=chosen.targets.savings_fen // 100), highlight=False
    )
    async with stack(of_long_ago(load()), console) as (services, addresses):
        started = time.monotonic() - began
        async with _kept_alive(services, addresses, console):
            result = await _replay(services, chosen, console)
            for table in tables(result):
                console.print(table)
            right = _verdict(console, result, started, time.monotonic() - began)
            if keep:
                _invite(console, services, addresses)
                # Ctrl-C is how one leaves; what came of the replay is still what the status says.
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()
    return 0 if right else 1


@contextlib.asynccontextmanager
async def _kept_alive(services: Stack, addresses: Addresses, console: Console) -> AsyncIterator[None]:
    own = [*addresses.processes, *services.children.values()]
    watch = asyncio.create_task(supervise(own, lambda line: console.print(line, markup=False)))
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.wait([watch])


async def _replay(services: Stack, chosen: Plan, console: Console) -> Result:
    with _progress(console) as progress:
        total = len(chosen.registrations) + len(chosen.requests)
        bar = progress.add_task("", total=total, day="")

        def sent(request: Request) -> None:
            progress.update(bar, advance=1, day=f"{request.sent_at:%Y-%m-%d}")

        try:
            return await run(services, chosen, sent)
        except httpx2.HTTPError as error:
            raise Unavailable(
                f"The report cannot be read ({error}); the logs are in {services.settings.data}/logs."
            ) from None


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (
        TextColumn("Replaying {task.fields[day]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("requests"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress


def _verdict(console: Console, result: Result, started: float, elapsed: float) -> bool:
    sent = result.sent
    console.print(
        f"{sent.requests:,} requests in {sent.seconds:.1f} s ({sent.requests / sent.seconds:,.0f} a second),"
        f" {sent.created:,} cases new to these data, {sent.again:,} requests asked again before they were"
        f" answered. The report stood {result.settling:.1f} s after the last answer."
        f" Start {started:.1f} s, all of it {elapsed:.1f} s."
    )
    if result.reading.on_the_way:
        console.print(
            f"The report has not caught up: {result.reading.on_the_way:,} records are on their way."
        )
    for difference in result.differences[:20]:
        console.print(f"[red]{difference}")
    right = not result.differences and result.reading.on_the_way == 0
    if right:
        console.print("[bold green]Exactly what went in came out, in CN, 33, 3305 and 330503 alike.")
    else:
        console.print(
            f"[bold red]{len(result.differences)} figures are not what was planted.[/]"
            " If the data directory held other cases before, point NANXUN_DATA to an empty one."
        )
    return right


def _invite(console: Console, services: Stack, addresses: Addresses) -> None:
    token = identity.mint(services.settings, Role.AUTHORITY, "visitor", areas=["CN"])
    url = f"{services.url('reporting')}/v1/reports/areas/CN?from=2015-11&to=2016-04&by=month"
    console.print(where(services, addresses))
    for line in (
        "OpenAPI pages: /openapi.json of every api above.",
        "A token (authority for the nation, good for twelve hours):",
        token,
        "To try:",
        f"curl -s -H {shlex.quote(f'Authorization: Bearer {token}')} {shlex.quote(url)}",
        "Ctrl-C stops all of it; the data stay.",
    ):
        # Not wrapped: to be copied whole.
        console.print(line, soft_wrap=True, markup=False, highlight=False)
