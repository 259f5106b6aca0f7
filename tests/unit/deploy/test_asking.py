"""A command that asks can be left as every other can."""

import os
import pty
import signal
import subprocess
import sys

import pytest

_ASKS = """
from deploy.foreground import run
from deploy.operations.asking import go_on

async def command():
    return 0 if go_on() else 1

raise SystemExit(run(command()))
"""
_PATIENCE_SECONDS = 20.0


@pytest.mark.parametrize(
    ("told", "status"),
    [(b"y\n", 0), (b"n\n", 1), (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_question_is_answered_or_the_command_is_ended(told: bytes | signal.Signals, status: int) -> None:
    ours, theirs = pty.openpty()
    try:
        command = (sys.executable, "-c", _ASKS)
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as started:  # noqa: S603 - our own
            said = b""
            while b"Go on?" not in said:
                said += os.read(ours, 1_000)
            if isinstance(told, bytes):
                os.write(ours, told)
            else:
                started.send_signal(told)
            assert started.wait(_PATIENCE_SECONDS) == status
    finally:
        os.close(ours)
        os.close(theirs)
