"""The long run: the same load and faults for as many minutes as one likes, looked at every few of them."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shared.settings import Settings
from tests.e2e.faults.chaos import Chaos
from tests.e2e.faults.world import PARTITIONS, World, world

# Often enough that a difference is found near its fault; comparing takes seconds.
_ROUND_SECONDS = 240.0


@dataclass(slots=True)
class Summary:
    """What a run came to.

    Attributes:
        faults: how many there were of each kind.
        accepted: commands, each of which is in every figure.
        answers: commands by the status that they came to.
        again: requests that were repeated, by why.
        reports: read while faults happened.
        looks: how often everything was compared.
    """

    faults: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    reports: int = 0
    looks: int = 0

    def add(self, done: World) -> None:
        """Take in what a world has seen."""
        self.faults += done.diary.faults
        self.accepted += done.model.commands()
        self.answers += done.crowd.tally.answers
        self.again += done.crowd.tally.again
        self.reports += done.watcher.reports

    def lines(self) -> list[str]:
        """Return it as lines to be printed."""
        return [
            f"faults      {_shown(self.faults)}",
            f"accepted    {self.accepted:,} commands, each of them in every figure",
            f"answers     {_shown(self.answers)}",
            f"sent again  {_shown(self.again)}",
            f"reports     {self.reports:,} read meanwhile",
            f"compared    {self.looks} times with histories, log, read models and reports",
        ]


async def soak(data: Path, *, minutes: float, seed: int, say: Callable[[str], None]) -> Summary:
    """Run half of the time on one broker and one member, half on three of each.

    Raises:
        AssertionError: something is not as it was accepted; says the seed, the faults, the first differences.
        Unavailable: a server cannot be had.
    """
    summary = Summary()
    for size in (1, 3):
        settings = Settings(
            data=data / f"of-{size}", namespace="soak", partitions=PARTITIONS, replication=size
        )
        async with world(settings, seed, brokers=size, members=size) as running:
            say(f"{size} broker(s) and {size} member(s) run; their logs are in {settings.data / 'logs'}")
            await _reign(running, minutes * 60 / 2, summary, say)
            summary.add(running)
    return summary


async def _reign(running: World, seconds: float, summary: Summary, say: Callable[[str], None]) -> None:
    chaos, until = Chaos(running), time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        async with running.under_load():
            await chaos.reign(min(left, _ROUND_SECONDS))
        await running.verify()
        summary.looks += 1
        say(f"all is exact after {running.model.commands():,} commands and {_shown(running.diary.faults)}")


def _shown(counted: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in counted.most_common()) or "none"
