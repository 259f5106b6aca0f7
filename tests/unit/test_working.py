"""Work that must not end is heard of when it does, whoever ended it."""

import asyncio
from contextlib import suppress

import pytest

from shared.working import Abandoned, unending


async def taken_along() -> None:
    """Wait for something that is cancelled, by nobody who meant this."""
    other = asyncio.create_task(asyncio.sleep(60))
    other.cancel()
    await other


async def for_ever() -> None:
    await asyncio.Event().wait()


async def test_work_that_is_cancelled_by_nobody_fails_its_group() -> None:
    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(unending(for_ever()))
            tasks.create_task(unending(taken_along()))

    with pytest.raises(ExceptionGroup) as failed:
        await group()

    assert failed.group_contains(Abandoned)


async def test_work_that_is_told_to_end_ends() -> None:
    task = asyncio.create_task(unending(for_ever()))
    await asyncio.sleep(0)

    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert task.cancelled()
