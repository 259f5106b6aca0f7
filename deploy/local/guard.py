"""Run a command that dies with the process that asked for it, even when that is killed with -9.

Run as a script, in a bare interpreter: ``guard.py signal|pipe PARENT COMMAND…``.
"""

import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def by_signal(parent: int, command: list[str]) -> None:
    """Linux: ask the kernel for a SIGKILL at the parent's death, then become the command."""
    import ctypes  # noqa: PLC0415 - only this way of guarding pays for it
    import signal  # noqa: PLC0415

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died before the request; then nobody would ever signal.
    if os.getppid() == parent:
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


def by_pipe(command: list[str]) -> int:
    """Elsewhere: stay beside the command; our standard input ends when the parent dies."""
    import signal  # noqa: PLC0415
    import subprocess  # noqa: PLC0415
    import threading  # noqa: PLC0415

    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
    # The command gets the group's SIGTERM itself and decides how long its farewell takes.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def watch() -> None:
        sys.stdin.buffer.read()
        child.kill()

    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


def main() -> int:
    """Run the command under the guard that was asked for."""
    how, parent, *command = sys.argv[1:]
    if how == "pipe":
        return by_pipe(command)
    by_signal(int(parent), command)
    return 1


if __name__ == "__main__":
    sys.exit(main())
