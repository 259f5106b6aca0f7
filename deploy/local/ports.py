"""Ports that nobody uses: the standard one where it is free, else another."""

import random
import socket
from collections.abc import Sequence

# Below the range that Linux and macOS hand to outgoing connections: a port found free there may be
# somebody's outgoing one a moment later.
_LOW, _HIGH = 20_000, 32_000
_TRIES = 200


def free(port: int) -> bool:
    """Say whether this machine's loopback port can be bound."""
    with socket.socket() as probe:
        # Like the servers themselves: connections of a former run, in TIME_WAIT, do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def find(preferred: int | None = None, *, also: Sequence[int] = ()) -> int:
    """Return ``preferred`` or a free port, such that ``port + n`` is free too for every n in ``also``.

    Raises:
        OSError: the machine has no free port left.
    """
    if preferred is not None and _all_free(preferred, also):
        return preferred
    for _ in range(_TRIES):
        port = random.randrange(_LOW, _HIGH)  # noqa: S311 - nothing secret about a port
        if _all_free(port, also):
            return port
    raise OSError("no free port was found")


def _all_free(port: int, also: Sequence[int]) -> bool:
    return all(free(port + n) for n in (0, *also))
