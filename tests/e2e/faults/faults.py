"""What happens to processes and servers: each a small function that does it and undoes it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from deploy.local.processes import Child
from deploy.stack import Part
from tests.e2e.faults.world import World

# The time in which a process that is told to stop has to be gone; most platforms kill it at 30 s.
STOPS_WITHIN_SECONDS = 15.0
# Longer than a projection's session (10 s), a relay's lease (6 s) and a command (5 s).
FROZEN_SECONDS = 13.0


async def kill(world: World, part: Part) -> None:
    """End a process as a crash does, and start it again a moment later."""
    world.diary.note("kill -9", part)
    await world.stack.children[part].kill()
    await asyncio.sleep(world.chance.uniform(0, 1))
    await world.stack.revive(part)


async def stop(world: World, part: Part) -> None:
    """Tell a process to end, as every deployment does, and start it again.

    Raises:
        AssertionError: it was not gone in time, or not by itself.
    """
    world.diary.note("SIGTERM", part)
    child, began = world.stack.children[part], time.monotonic()
    await child.stop()
    took, status = time.monotonic() - began, await child.ended()
    assert took <= STOPS_WITHIN_SECONDS, world.diary.told([f"{part} took {took:.1f} s to stop"])
    assert status == 0, world.diary.told([f"{part} ended with status {status}"])
    await world.stack.revive(part)


async def freeze(world: World, part: Part, seconds: float = FROZEN_SECONDS) -> None:
    """Stop a process in its tracks until others take it for dead, then let it go on where it was."""
    world.diary.note("SIGSTOP", part)
    child = world.stack.children[part]
    child.freeze()
    try:
        await asyncio.sleep(seconds)
    finally:
        child.thaw()
    world.diary.say(f"SIGCONT {part}")


async def join(world: World, part: Part) -> None:
    """Start one more instance beside the others."""
    world.diary.note("joins", part)
    await world.stack.join(part)


async def leave(world: World, part: Part, *, by_crash: bool) -> None:
    """Take an instance away for good."""
    world.diary.note("kill -9, for good" if by_crash else "leaves", part)
    if by_crash:
        await world.stack.children[part].kill()
    await world.stack.leave(part)


async def outage(world: World, server: Child, seconds: float) -> None:
    """End a server as a power cut does, and start it again after a while."""
    async with away(world, server):
        await asyncio.sleep(seconds)


@contextlib.asynccontextmanager
async def away(world: World, server: Child) -> AsyncIterator[None]:
    """End a server as a power cut does; it is started again at the end of the block."""
    world.diary.note("kill -9", server.name)
    await server.kill()
    try:
        yield
    finally:
        await server.start()
        world.diary.say(f"{server.name} is started again")
