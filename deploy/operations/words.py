"""How things are told in a terminal; what others wrote is shown, and never obeyed."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_MOST_TEXT = 4_000
_MOST_BYTES = 64
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def say(console: Console, text: str) -> None:
    """Print sentences as they are: what reads them from a pipe finds no line broken and no name coloured."""
    console.print(text, soft_wrap=True, highlight=False, markup=False)


def safe(text: str) -> str:
    """Return text without anything that a terminal would take as an order."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def body(value: bytes | None) -> str:
    """Return the value of a record as far as it can be told."""
    if value is None:
        return "none"
    try:
        text = value.decode()
    except UnicodeDecodeError:
        more = " …" if len(value) > _MOST_BYTES else ""
        return f"{len(value):,} bytes that are no text: {value[:_MOST_BYTES].hex(' ')}{more}"
    shown = safe(text[:_MOST_TEXT])
    return shown if len(text) <= _MOST_TEXT else f"{shown} … ({len(text):,} characters)"


def ago(at: datetime) -> str:
    """Return how long ago a moment was."""
    return span((datetime.now(UTC) - at) / timedelta(seconds=1))


def span(seconds: float) -> str:
    """Return a length of time in its largest unit."""
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0.0):.1f} s"


def table(columns: Iterable[str], rows: Iterable[Iterable[str]], title: str | None = None) -> Table:
    """Return a table of these rows; figures stand to the right."""
    made = Table(*columns, title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    made.columns[0].no_wrap = True
    for row in rows:
        made.add_row(*(Text(safe(cell)) for cell in row))
    return made
