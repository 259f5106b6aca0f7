"""The question before what cannot be taken back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from deploy.foreground import SIGNALS, Told


def go_on() -> bool:
    """Ask whether to go on; nothing else of the command runs meanwhile.

    Raises:
        Told: a signal came, by which the command ends as by any other.
        typer.Abort: nobody is there to answer.
    """
    with _heard():
        return typer.confirm("Go on?")


@contextmanager
def _heard() -> Iterator[None]:
    """Have signals end the block: the loop, which hears them else, stands still while it waits for a line."""
    before = {number: signal.signal(number, _tell) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(number: int, _frame: FrameType | None) -> None:
    raise Told(number)
