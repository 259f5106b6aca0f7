"""The command as an operator types it, in a process of its own."""

import asyncio
import os
import sys
from pathlib import Path

from deploy.environment import environment
from shared.settings import Settings

_MAIN = "from deploy.cli import main; main()"
# For one that reads a log while services share two cores with it.
_SECONDS = 240.0


async def nanxun(settings: Settings, *words: str) -> tuple[int | None, str]:
    """Run the command; return its exit status and what it said."""
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _MAIN, *words),
        env={**os.environ, **environment(settings, process="operator"), "COLUMNS": "200"},
        cwd=Path(__file__).parents[1],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            said, _ = await command.communicate()
    finally:
        if command.returncode is None:
            command.kill()
            await command.wait()
    return command.returncode, said.decode()
