"""Running a command in the foreground until it ends or is told to: Ctrl-C, a closed terminal, SIGTERM."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

# A shell's notation of "ended by this signal".
_SIGNALLED = 128
#: What tells a command to end.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Told(BaseException):
    """A signal came while the loop could not hear it.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(command: Coroutine[Any, Any, int | None], *, until_left: bool = False) -> int:
    """Run it; whatever it started is stopped in order before this returns its exit status.

    ``until_left``: Ctrl-C is how one leaves it, and no failure; any other has not done what it is for.
    """
    told: list[signal.Signals] = []

    async def whole() -> int | None:
        task = asyncio.current_task()
        assert task is not None
        # Ctrl-C too: a shell's background job inherits that it is ignored, and could not be stopped by it.
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, _tell, number, told, task)
        return await command

    try:
        return asyncio.run(whole()) or 0
    except asyncio.CancelledError:
        return 0 if until_left and told[0] is signal.SIGINT else _SIGNALLED + told[0]
    except Told as amid:
        return _SIGNALLED + amid.number


def _tell(number: signal.Signals, told: list[signal.Signals], task: asyncio.Task[Any]) -> None:
    told.append(number)
    task.cancel()
