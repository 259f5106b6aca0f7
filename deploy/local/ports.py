"""Ports that nobody uses: the standard one where it is free, else another."""

import itertools
import random
import socket
from collections.abc import Container, Sequence

from deploy.local.errors import Unavailable

# Below the range that Linux and macOS hand to outgoing connections: a port found free there may be
# somebody's outgoing one a moment later.
_LOW, _HIGH = 20_000, 32_000
_TRIES = 200
# Ports given out by this process: not bound yet, or free for the moment in which a server is started again.
_given: set[int] = set()


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


def find(preferred: int | None = None, *, also: Sequence[int] = (), avoid: Container[int] = ()) -> int:
    """Return ``preferred`` or another port; it and every ``port + n`` for n in ``also`` are free.

    None of them is in ``avoid``: ports that are promised to others and not bound yet. Another port than the
    preferred is given to nobody else as long as this process lives.

    Raises:
        Unavailable: this machine has no such port.
    """
    offsets = (0, *also)
    tries = (random.randrange(_LOW, _HIGH) for _ in range(_TRIES))  # noqa: S311 - nothing secret about a port
    for port in tries if preferred is None else itertools.chain((preferred,), tries):
        wanted = {port + n for n in offsets}
        if port != preferred and wanted & _given:
            continue
        if all(each not in avoid and free(each) for each in wanted):
            _given.update(wanted if port != preferred else ())
            return port
    raise Unavailable("This machine has no free TCP port left: stop some of its servers.")
