"""Child processes that are stopped by id, one by one, and never outlive the process that started them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from deploy.local.errors import Unavailable

GUARD = Path(__file__).with_name("guard.py")
HOW = "signal" if sys.platform == "linux" else "pipe"
# Longer than the 15 s in which a service finishes its requests; a healthy child needs less than two.
FAREWELL = 20.0
# Short against a start of seconds, long enough to cost nothing.
POLL = 0.05


class Child:
    """One process of ours: started, stopped, killed and started again under the same name and log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        how: str = HOW,
    ) -> None:
        self.name = name
        self.log = log
        self._command = [sys.executable, "-I", "-S", str(GUARD), how, str(os.getpid()), *command]
        self._env = {**os.environ, **(env or {})}
        self._process: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int:
        """The id of the process, which is also that of its own group."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it unless it runs; a group of its own keeps the terminal's Ctrl-C from reaching it before us.

        Raises:
            Unavailable: its log cannot be written.
        """
        async with self._starting:
            if self.running:
                return
            try:
                self.log.parent.mkdir(parents=True, exist_ok=True)
                log = self.log.open("ab")
            except OSError as error:
                raise Unavailable(
                    f"{self.log} cannot be written ({error.strerror}): point NANXUN_DATA elsewhere."
                ) from None
            with log:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    # Never written to: its end is how the guard learns of our death.
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=self._env,
                    start_new_session=True,
                )

    async def ended(self) -> int:
        """Wait until it ends; return its exit status, negative for a signal."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self, farewell: float = FAREWELL) -> None:
        """Ask it to end, and end it when it has not within ``farewell`` seconds."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(farewell):
                await self._gone()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it as a crash would, without a word."""
        self._signal(signal.SIGKILL)
        await self._gone()

    def freeze(self) -> None:
        """Stop it in its tracks: it keeps its connections and answers nobody."""
        self._signal(signal.SIGSTOP)
        # The signal is on its way when the call returns; a server with many threads answers until the last
        # stands.
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    async def restart(self) -> None:
        """Start it again, stopped first if it still runs."""
        await self.stop()
        await self.start()

    async def until(self, ready: Callable[[], Awaitable[bool]], *, within: float) -> None:
        """Wait until ``ready`` says so.

        Raises:
            Unavailable: it ended first, or ``within`` seconds passed.
        """
        try:
            async with asyncio.timeout(within):
                while not await ready():
                    if not self.running:
                        raise Unavailable(f"{self.name} ended during its start: {self._last_words()}.")
                    await asyncio.sleep(POLL)
        except TimeoutError:
            raise Unavailable(
                f"{self.name} was not ready within {within:.0f} s; its log is {self.log}."
            ) from None

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            os.killpg(self.pid, number)

    async def _gone(self) -> None:
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()

    def _last_words(self) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        if "No space left on device" in text:
            return (
                f"the disk of {self.log.parent} is full; free some room or point NANXUN_DATA to another disk"
            )
        return f"its last words are at the end of {self.log}"


async def stop_all(children: Sequence[Child]) -> None:
    """Stop them side by side; one that hangs does not delay the others."""
    await asyncio.gather(*(child.stop() for child in children))


async def listening(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether somebody accepts connections there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
