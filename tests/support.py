"""What tests of every kind use."""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn, TypeVar, overload

import pytest

T = TypeVar("T")
# Often enough to be quick, seldom enough to leave the cores to what is waited for.
_POLL = 0.02
# For two slow cores that everything shares; it costs nothing where what is waited for comes.
PATIENCE = 60.0
# A server of a test's own that was killed comes back within seconds; on a busy machine it takes much longer.
BACK_SECONDS = 120.0
# A thread that sleeps for so long is never woken so much later by a busy interpreter alone.
_NAP_SECONDS = 0.05


def not_here(why: object) -> NoReturn:
    """End a test for which this machine lacks something: skipped, but failed where all has to be tried."""
    if os.environ.get("CI"):
        pytest.fail(str(why))
    pytest.skip(str(why))


@overload
async def eventually(
    check: Callable[[], Awaitable[T]], *, deadline: float = ..., every: float = ...
) -> T: ...
@overload
async def eventually(check: Callable[[], T], *, deadline: float = ..., every: float = ...) -> T: ...
async def eventually(
    check: Callable[[], Awaitable[T] | T], *, deadline: float = PATIENCE, every: float = _POLL
) -> T:
    """Return what ``check``, asked ``every`` seconds, returns as soon as it is true and asserts nothing else.

    Its last AssertionError, or falsehood, is what the test fails with after ``deadline`` seconds.
    """
    end = time.monotonic() + deadline
    while True:
        try:
            found = check()
            value: T = await found if isinstance(found, Awaitable) else found
            if value or value is None:
                return value
            trouble = AssertionError(f"still {value!r} after {deadline} s")
        except AssertionError as error:
            trouble = error
        if time.monotonic() > end:
            raise trouble
        await asyncio.sleep(every)


@dataclass
class Took:
    """How long something took, once it is over."""

    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Took]:
    """Measure the block, less what the machine stood still meanwhile.

    That is by how much a thread that does nothing but sleep was woken too late. A loop that is blocked by our
    own code does not keep it from waking, and counts.
    """
    took, stalled, over = Took(), 0.0, threading.Event()

    def sleep() -> None:
        nonlocal stalled
        while not over.is_set():
            asleep = time.monotonic()
            over.wait(_NAP_SECONDS)
            late = time.monotonic() - asleep - _NAP_SECONDS
            stalled += late if late > _NAP_SECONDS else 0.0

    sleeper, began = threading.Thread(target=sleep), time.monotonic()
    sleeper.start()
    try:
        yield took
    finally:
        over.set()
        sleeper.join()
        took.seconds = time.monotonic() - began - stalled
