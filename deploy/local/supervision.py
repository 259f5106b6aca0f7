"""Starting again what dies."""

import asyncio
import time
from collections.abc import Callable, Sequence

from deploy.local.processes import Child

# What dies at once must not spin; what died once should be back before anybody notices.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# Having lived so long, its death is not the same trouble as before.
SETTLED = 60.0


async def supervise(children: Sequence[Child], say: Callable[[str], None]) -> None:
    """Start again whatever dies, for ever, and say so each time."""
    async with asyncio.TaskGroup() as watches:
        for child in children:
            watches.create_task(_keep(child, say))


async def _keep(child: Child, say: Callable[[str], None]) -> None:
    pause = FIRST_PAUSE
    while True:
        began = time.monotonic()
        status = await child.ended()
        pause = FIRST_PAUSE if time.monotonic() - began > SETTLED else pause
        await asyncio.sleep(pause)
        # Somebody else may have started it meanwhile.
        if not child.running:
            say(f"{child.name} ended with status {status} and is started again; its log is {child.log}")
            await child.start()
            pause = min(2 * pause, LONGEST_PAUSE)
