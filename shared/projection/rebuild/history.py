"""A look at one point in time that may last longer than MongoDB keeps its history."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pymongo.errors import OperationFailure

from shared.mongo import Client, Session, snapshot

T = TypeVar("T")

# The next look may be shorter: what was read once is in the server's memory.
_TRIES = 3
# SnapshotTooOld, SnapshotUnavailable, and a cursor that the server gave up.
_TOO_OLD = {239, 246, 43}


class TooSlow(Exception):  # noqa: N818 - the remedy is a setting of the server
    """MongoDB does not keep its history for as long as the comparison takes.

    Attributes:
        seconds: how long the longest attempt had lasted.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


async def as_of_now(client: Client, look: Callable[[Session], Awaitable[T]]) -> T:
    """Return what a look at one point in time finds; it begins anew where MongoDB let go of that point.

    Raises:
        TooSlow: MongoDB's history was too short for every attempt.
    """
    longest = 0.0
    for _ in range(_TRIES):
        began = time.monotonic()
        try:
            async with snapshot(client) as session:
                return await look(session)
        except OperationFailure as error:
            if error.code not in _TOO_OLD:
                raise
            longest = max(longest, time.monotonic() - began)
    raise TooSlow(longest)
