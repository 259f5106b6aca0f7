"""``nanxun lag``: where everything stands, in one table."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploy.foreground import run
from deploy.operations.looking import look
from deploy.operations.standing import Published, Read, Whole
from deploy.operations.words import ago, table
from shared.settings import Settings, load

_OF_TOPICS = ("unpublished", "lag", "oldest", "watermark", "dead")
_OF_CASES = ("parked", "held", "holes", "stopped")
_AGAIN_SECONDS = 2.0
_UNKNOWN = "?"


def lag(
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")
    ] = False,
) -> None:
    """Say where everything stands: what is unpublished, what is not applied, and what stands still."""
    raise typer.Exit(run(show(load(), Console(), watch=watch), until_left=watch))


async def show(settings: Settings, console: Console, *, watch: bool) -> int:
    """Print the table; return 2 where a part of it is not known."""
    whole = await look(settings)
    if watch:
        with Live(_watched(whole), console=console, auto_refresh=False) as live:
            live.refresh()
            while True:
                await asyncio.sleep(_AGAIN_SECONDS)
                whole = await look(settings)
                live.update(_watched(whole), refresh=True)
    console.print(_table(whole))
    for trouble in _troubles(whole):
        console.print(trouble, soft_wrap=True)
    return 2 if whole.troubles else 0


def _watched(whole: Whole) -> Group:
    """The table below those who do not answer: a terminal that is too low leaves out the end."""
    return Group(*_troubles(whole), _table(whole))


def _troubles(whole: Whole) -> list[Text]:
    return [Text(f"Not known: {trouble}.") for trouble in whole.troubles]


def _table(whole: Whole) -> Table:
    rows = [_published(one, whole) for one in whole.published]
    rows += [row for one in whole.read for row in _read(one)]
    made = table(("who", "topic", *_OF_TOPICS, *_OF_CASES), rows)
    for column in made.columns[2:-1]:
        column.justify = "right"
    return made


def _published(one: Published, whole: Whole) -> tuple[str, ...]:
    before = whole.watermarks.get(one.service)
    waits = _age(one.unpublished, one.oldest)
    watermark = ago(before) if before else _UNKNOWN
    return (
        one.service,
        one.topic,
        _count(one.unpublished),
        "",
        waits,
        watermark,
        "",
        *("" for _ in _OF_CASES),
    )


def _read(one: Read) -> Iterator[tuple[str, ...]]:
    stands = one.stuck
    counts = (stands.parked, stands.held, stands.holes) if stands else (None, None, None)
    stopped = _UNKNOWN if one.stopped is None else ", ".join(f"{n}: {why}" for n, why in one.stopped.items())
    # Cases belong to a projection and not to one of its topics.
    whole = (*(_count(count) for count in counts), stopped)
    for number, of in enumerate(one.topics):
        told = whole if number == 0 else ("", "", "", "")
        yield (one.name, of.topic, "", _count(of.lag), _age(of.lag, of.oldest), "", _count(of.dead), *told)


def _count(count: int | None) -> str:
    return _UNKNOWN if count is None else f"{count:,}"


def _age(waiting: int | None, since: datetime | None) -> str:
    if waiting is None or (waiting and since is None):
        return _UNKNOWN
    return ago(since) if waiting and since else "0 s"
