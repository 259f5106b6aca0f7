"""Whose failure it is: a server's, another process's, or ours, and what follows where parking fails too."""

from collections.abc import Awaitable
from typing import TypeVar

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared.mongo import CommitUnknown, refusal, wrong
from shared.projection.log import Stopped
from shared.projection.positions import LaneLost
from shared.sender import NotSent

T = TypeVar("T")


def passes(error: Exception) -> bool:
    """Whether the failure is of a server or of who works the lane, and none of ours."""
    if isinstance(error, PyMongoError):
        return not wrong(error)
    return isinstance(error, (LaneLost, CommitUnknown, NotSent, KafkaError))


def reason(error: Exception) -> str:
    """Return the name of a failure that passes; a value of the metric's label ``reason``."""
    if isinstance(error, LaneLost):
        return "lane-lost"
    if isinstance(error, CommitUnknown):
        return "commit-unknown"
    return refusal(error) if isinstance(error, PyMongoError) else "kafka"


def ours(error: Exception) -> bool:
    """Whether the failure is a bug of ours: neither one that passes nor a stop by name."""
    return not passes(error) and not isinstance(error, Stopped)


def said(bug: Exception) -> str:
    """Return how a bug is told to an operator."""
    return f"{type(bug).__name__}: {bug}"[:500]


async def blamed(commit: Awaitable[T]) -> T:
    """Await the commit that parks a case for our own bug.

    Raises:
        Stopped: not even that is possible, for a bug of ours; tried again, it would fail again, without end.
        Exception: what passes, and any other stop, as it came.
    """
    try:
        return await commit
    except Exception as bug:
        if ours(bug):
            raise Stopped("our-bug", said(bug)) from bug
        raise
