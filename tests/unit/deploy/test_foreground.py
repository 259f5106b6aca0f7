"""A command that is ended by a signal says so by its exit status, and stops what it has started."""

import asyncio
import os
import signal

import pytest

from deploy.foreground import run


@pytest.mark.parametrize(
    ("told", "until_left", "status"),
    [
        (signal.SIGINT, False, 130),
        (signal.SIGINT, True, 0),
        (signal.SIGTERM, True, 143),
        (signal.SIGHUP, False, 129),
    ],
)
def test_only_what_runs_until_it_is_left_has_done_its_work_at_ctrl_c(
    *, told: signal.Signals, until_left: bool, status: int
) -> None:
    stopped = []

    async def command() -> None:
        try:
            os.kill(os.getpid(), told)
            await asyncio.Event().wait()
        finally:
            stopped.append(told)

    assert run(command(), until_left=until_left) == status
    assert stopped == [told]


def test_what_comes_to_its_end_has_its_own_status() -> None:
    async def command(status: int | None) -> int | None:
        return status

    assert [run(command(status)) for status in (None, 0, 2)] == [0, 0, 2]
