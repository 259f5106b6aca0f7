"""``nanxun deadletters`` as an operator types it: each word decides what it says, and nothing else."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from deploy.environment import environment
from deploy.operations.letters import State
from shared.settings import Settings
from tests.integration.operations.test_deadletters import a_letter, found
from tests.integration.projection.conftest import Stage

MAIN = "from deploy.cli import main; main()"
COMMAND_SECONDS = 240.0


async def nanxun(settings: Settings, *words: str) -> tuple[int | None, str]:
    """Run the command as an operator does; return its exit status and what it said."""
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", MAIN, *words),
        env={**os.environ, **environment(settings, process="operator"), "COLUMNS": "200"},
        cwd=Path(__file__).parents[3],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            said, _ = await command.communicate()
    finally:
        if command.returncode is None:
            command.kill()
            await command.wait()
    return command.returncode, said.decode()


@pytest.mark.parametrize(("word", "verdict"), [("redrive", State.REDRIVEN), ("discard", State.DISCARDED)])
async def test_what_is_typed_is_what_is_decided_on_the_letters_that_fit(
    figures: Stage, word: str, verdict: State
) -> None:
    await a_letter(figures)

    fits_none = await nanxun(figures.settings, "deadletters", word, "--all", "--reason", "key", "--yes")
    (before,) = await found(figures.settings, state=None)
    status, said = await nanxun(figures.settings, "deadletters", word, "--all", "--yes")

    (after,) = await found(figures.settings, state=None)
    assert (fits_none[0], before.state) == (0, State.OPEN), fits_none
    assert (status, after.state) == (0, verdict), said
