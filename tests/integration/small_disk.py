"""A disk of a few megabytes that a test may fill; it is memory, and needs the right to mount it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """Where it is."""

    folder: Path

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self, *, but: int) -> None:
        """Take all of its room but so many bytes."""
        room = os.statvfs(self.folder)
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - but)

    def make_room(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mount the disk while the block runs; where that is not allowed, the test is skipped."""
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    unmount = ("umount", "--lazy", str(folder))
    try:
        subprocess.run(mount, check=True, capture_output=True)  # noqa: S603 - a fixed command of the system
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a disk that can be filled must be mounted, which needs root")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(unmount, check=True, capture_output=True)  # noqa: S603 - as above
