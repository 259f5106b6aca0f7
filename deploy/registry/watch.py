"""What processes take: memory and time, read from the system while they work."""

import os
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_KB = 1024
_BLOCK = 512  # bytes, whatever the disk's own are
# Of the fields behind a process's name in /proc/<pid>/stat: time in user mode and in the kernel.
_USER, _SYSTEM = 11, 12


def resident(pid: int) -> float:
    """Return the memory that a process holds now, in MB; 0 once it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / _KB
    return 0.0


def busy(pid: int) -> float:
    """Return the seconds that a process has had of a core so far; 0 once it has ended."""
    with suppress(OSError):
        return spent(pid)
    return 0.0


def spent(pid: int) -> float:
    """Return the seconds that a process has had of a core so far.

    Raises:
        OSError: it has ended.
    """
    # Behind the name, which may hold anything and ends with the last bracket.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS


def sizes(folder: Path) -> dict[str, int]:
    """Return the bytes that each server's data take on the disk."""
    return {name: _size(folder / part) for name, part in (("MongoDB", "mongod"), ("Kafka", "kafka"))}


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        # A server deletes files while we look.
        with suppress(OSError):
            total += file.lstat().st_blocks * _BLOCK
    return total
