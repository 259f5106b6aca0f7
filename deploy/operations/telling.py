"""What an operator sees of a rebuild: bars, a word when nothing moves, and what differs."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.operations import sentences
from deploy.operations.words import say
from shared.projection.rebuild import Step
from shared.projection.rebuild.comparing import Comparison

STILL_SECONDS = 30.0
# Longer values are cut: a case may hold thousands of events.
_LONGEST = 120
_WORDS = {
    Step.BUILD: "Building, in records",
    Step.COMPARE: "Comparing, in documents",
    Step.FOLLOW: "Catching up, in records",
}


class Telling:
    """Shows how far a rebuild is while the block runs."""

    def __init__(self, console: Console, service: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console)
        self._service = service
        self._tasks: dict[Step, TaskID] = {}
        self._last: tuple[Step, int] | None = None
        self._since = time.monotonic()

    def __enter__(self) -> Self:
        """Show it from now."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bars as they are."""
        self._progress.stop()

    def step(self, step: Step, done: int, whole: int) -> None:
        """Show how far a step is; say so when nothing has moved for a while."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(_WORDS[step])
        self._progress.update(self._tasks[step], completed=done, total=whole)
        if (step, done) != self._last:
            self._last, self._since = (step, done), time.monotonic()
        elif time.monotonic() - self._since > STILL_SECONDS:
            still = sentences.STILL.format(seconds=STILL_SECONDS, service=self._service)
            say(self._progress.console, still)
            self._since = time.monotonic()


@asynccontextmanager
async def while_still(console: Console, sentence: str, moved: Callable[[], object]) -> AsyncIterator[None]:
    """Print the sentence whenever ``moved`` has told the same for a while, for as long as the block runs."""

    async def watch() -> None:
        while True:
            before = moved()
            await asyncio.sleep(STILL_SECONDS)
            if moved() == before:
                say(console, sentence)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])


def differences(found: Comparison, *, old: int, new: int | None) -> Table:
    """Return the first differences, one field in a row."""
    shown = len(found.first)
    title = f"{found.fields:,} fields of {found.differing:,} documents differ; the first {shown}:"
    columns = "collection", "id", "field", f"generation {old}", f"generation {new}"
    table = Table(*columns, title=title, title_justify="left")
    for one in found.first:
        cells = (one.collection, one.id, one.field or "(all)", _text(one.old), _text(one.new))
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _text(value: Any) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
