"""A command that asks can be left as every other can."""

import os
import pty
import signal
import subprocess
import sys
import time

import pytest

_ASKS = """
from deploy.foreground import run
from deploy.operations.asking import go_on

async def command():
    return 0 if go_on() else 1

raise SystemExit(run(command()))
"""
_PATIENCE_SECONDS = 30.0


@pytest.mark.parametrize(
    ("told", "status"),
    [(b"y\n", 0), (b"n\n", 1), (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_question_is_answered_or_the_command_is_ended(told: bytes | signal.Signals, status: int) -> None:
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    command = (sys.executable, "-c", _ASKS)
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as started:  # noqa: S603 - our own
        try:
            said, until = b"", time.monotonic() + _PATIENCE_SECONDS
            while started.poll() is None and time.monotonic() < until:
                said += _more(ours)
                if b"Go on?" in said:
                    # More than once: one that comes just before the line is read is seen with the next.
                    _tell(started, ours, told)
                time.sleep(0.1)
            assert started.poll() == status, said
        finally:
            started.kill()
    os.close(ours)
    os.close(theirs)


def _more(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1_000)
    except BlockingIOError:
        return b""


def _tell(command: subprocess.Popen[bytes], terminal: int, told: bytes | signal.Signals) -> None:
    if isinstance(told, bytes):
        os.write(terminal, told)
    else:
        command.send_signal(told)
