"""Children are ours alone: they end when told, come back when they die, and never outlive us."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local.errors import Unavailable
from deploy.local.processes import Child
from deploy.local.supervision import supervise
from tests.support import eventually

FOR_EVER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOR_EVER}"
# A runner that starts two children, says who they are, and is killed.
RUNNER = """
import asyncio, sys
from pathlib import Path
from deploy.local.processes import Child

async def main(how, folder):
    children = [Child(n, (sys.executable, "-c", "import time; time.sleep(600)"), log=Path(folder, n), how=how)
                for n in ("one", "two")]
    for child in children:
        await child.start()
    # With the guard that stays beside its command, the command is another process of the same group.
    print(*(child.pid for child in children), flush=True)
    await asyncio.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def started(script: str, folder: Path, how: str = "signal") -> AsyncIterator[Child]:
    child = Child("stand-in", (sys.executable, "-c", script), log=folder / "log", how=how)
    await child.start()
    try:
        await child.until(lambda: has_spoken(child), within=10)
        yield child
    finally:
        await child.kill()


async def has_spoken(child: Child) -> bool:
    return b"up" in child.log.read_bytes()


def nobody_in(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("how", ["signal", "pipe"])
async def test_a_child_is_stopped_when_asked(tmp_path: Path, how: str) -> None:
    async with started(FOR_EVER, tmp_path, how) as child:
        await child.stop()

        assert not child.running
        assert await eventually(lambda: nobody_in(child.pid))


@pytest.mark.parametrize("how", ["signal", "pipe"])
async def test_a_child_that_does_not_listen_is_ended_all_the_same(tmp_path: Path, how: str) -> None:
    async with started(STUBBORN, tmp_path, how) as child:
        await child.stop(farewell=0.2)

        assert not child.running
        assert await eventually(lambda: nobody_in(child.pid))


@pytest.mark.parametrize("how", ["signal", "pipe"])
async def test_a_runner_killed_with_9_leaves_no_orphan(tmp_path: Path, how: str) -> None:
    runner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUNNER, how, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert runner.stdout is not None
    groups = [int(pid) for pid in (await runner.stdout.readline()).split()]
    assert not any(nobody_in(group) for group in groups)

    runner.kill()
    await runner.communicate()

    assert await eventually(lambda: all(nobody_in(group) for group in groups))


async def test_ctrl_c_in_the_terminal_reaches_the_runner_alone(tmp_path: Path) -> None:
    async with started(FOR_EVER, tmp_path) as child:
        assert os.getpgid(child.pid) == child.pid != os.getpgrp()


async def test_what_dies_is_started_again_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    async with started(FOR_EVER, tmp_path) as child:
        first = child.pid
        watch = asyncio.create_task(supervise([child], said.append))

        os.kill(first, signal.SIGKILL)

        assert await eventually(lambda: child.running and child.pid != first)
        assert said == [f"stand-in ended with status -9 and is started again; its log is {child.log}"]
        watch.cancel()


async def test_a_frozen_child_goes_on_when_thawed(tmp_path: Path) -> None:
    async with started(
        "import time\nwhile True: print('up', flush=True); time.sleep(.01)", tmp_path
    ) as child:
        child.freeze()
        await eventually(
            lambda: Path(f"/proc/{child.pid}/stat").read_text(encoding="ascii").split()[2] == "T"
        )
        written = child.log.stat().st_size

        child.thaw()

        assert await eventually(lambda: child.log.stat().st_size > written)


async def test_an_end_during_the_start_points_to_the_log(tmp_path: Path) -> None:
    child = Child("stand-in", (sys.executable, "-c", "raise SystemExit('no')"), log=tmp_path / "log")
    await child.start()

    with pytest.raises(Unavailable, match=r"ended during its start: its last words are at the end of .*log"):
        await child.until(never, within=10)


async def test_a_disk_that_fills_up_is_named(tmp_path: Path) -> None:
    script = "raise OSError(28, 'No space left on device')"
    child = Child("stand-in", (sys.executable, "-c", script), log=tmp_path / "log")
    await child.start()

    with pytest.raises(Unavailable, match="is full; free some room or point NANXUN_DATA to another disk"):
        await child.until(never, within=10)


async def test_a_start_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    async with started(FOR_EVER, tmp_path) as child:
        with pytest.raises(Unavailable, match="was not ready within 0 s"):
            await child.until(never, within=0.1)


async def never() -> bool:
    return False
