"""Dead letters in the terminal: a list of the newest, and one of them whole."""

from collections.abc import Iterator
from heapq import heappush, heappushpop
from itertools import count

import typer
from rich.console import Console

from deploy.operations.editions import logs
from deploy.operations.errors import NotNow
from deploy.operations.letters import Filter, Found, letters, projection_name
from deploy.operations.original import Original, case_of, original
from deploy.operations.servers import log_of
from deploy.operations.words import ago, body, safe, table
from shared.settings import Settings


async def list_letters(settings: Settings, wanted: Filter, limit: int, console: Console) -> None:
    """Print the newest of the letters that are meant, and how many there are.

    Raises:
        Unavailable: Kafka does not answer.
    """
    # A row of text for each: a letter whole may have 512 kB.
    newest: list[tuple[int, int, tuple[str, ...]]] = []
    # Two letters of one moment are told apart by when they were met.
    order, total = count(), 0
    followed = await logs(settings)
    async with log_of(*followed):
        async for found in letters(followed, wanted):
            total += 1
            at = found.letter.record.timestamp
            if len(newest) < limit:
                heappush(newest, (at, next(order), _row(settings, found)))
            elif newest and at >= newest[0][0]:
                heappushpop(newest, (at, next(order), _row(settings, found)))
    rows = [row for *_, row in sorted(newest, reverse=True)]
    if rows:
        console.print(table(("letter", "state", "age", "projection", "place", "reason", "case"), rows))
    what = f"{wanted.state} dead letters" if wanted.state else "dead letters"
    console.print(f"{total:,} {what}" + (f", of which the newest {limit:,}." if total > limit else "."))


def _row(settings: Settings, found: Found) -> tuple[str, ...]:
    letter = found.letter
    return (
        found.id[:15],
        found.state,
        ago(found.written),
        projection_name(settings, letter.projection),
        _place(settings, found),
        letter.reason,
        case_of(found) or "",
    )


def _place(settings: Settings, found: Found) -> str:
    of = found.letter
    return f"{of.topic.removeprefix(settings.topic(''))}/{of.partition}/{of.offset}"


async def show_letter(settings: Settings, wanted: str) -> None:
    """Print one letter whole.

    Raises:
        NotNow: there is none, or several begin so.
        Unavailable: Kafka does not answer.
    """
    followed = await logs(settings)
    async with log_of(*followed) as log:
        # Only one of them is kept: all may be more than there is memory for.
        found, fitting = None, 0
        async for one in letters(followed, Filter(state=None)):
            if one.id.startswith(wanted):
                found, fitting = one, fitting + 1
        if found is None or fitting > 1:
            what = f"{fitting:,} letters begin with" if fitting else "there is no letter"
            raise NotNow(f"{what} {safe(wanted)}: `nanxun deadletters list --all` shows what there is.")
        was = await original(log, found)
    for name, text in _said(settings, found, was):
        typer.echo(f"{name:<11}{safe(text)}")


def _said(settings: Settings, found: Found, one: Original) -> Iterator[tuple[str, str]]:
    letter, decided = found.letter, found.decided
    yield "letter", found.id
    when = f", {decided.at:%Y-%m-%d %H:%M:%S} UTC, holds from offset {decided.after}" if decided else ""
    yield "state", f"{found.state}{when}"
    yield "projection", projection_name(settings, letter.projection)
    yield "place", _place(settings, found)
    yield "reason", f"{letter.reason}: {letter.detail}"
    yield "written", letter.at
    yield "left out", ", ".join(letter.left_out) or "nothing"
    yield "case", f"{one.subject}:{one.sequence} of {one.enterprise}" if one.subject else "cannot be told"
    yield "by now", one.trouble or "it can be read, and redriven"
    yield "key", body(one.kept.key)
    for name, value in one.kept.headers:
        yield "header", f"{name}: {body(value)}"
    gone = one.record is None and "value" in letter.left_out
    yield "value", "left out, and gone from the log" if gone else body(one.kept.value)
