"""CPU time by process: a rate holds for one machine, a cost for each; growth is reckoned from costs."""

from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.processes import Child
from deploy.registry import watch

_THOUSAND = 1_000
_KB = 1_024


@dataclass(slots=True)
class Meter:
    """What the servers of a run and one process of ours spend on a piece of work.

    Attributes:
        name: of the work, put before each figure.
        servers: those that we run ourselves; of others nothing can be told.
    """

    name: str
    servers: tuple[Child, ...]
    _before: dict[str, float] = field(default_factory=dict)
    _after: dict[str, float] = field(default_factory=dict)
    _count: int = 0
    _memory: float = 0.0

    def begin(self, worker: Child) -> None:
        """Take note of where everything stands before the work."""
        self._before = self._read(worker)

    def end(self, worker: Child, count: int) -> None:
        """Take note of where everything stands after so many pieces."""
        self._after, self._count = self._read(worker), count
        self._memory = _most_resident(worker.pid)

    def figures(self) -> dict[str, float]:
        """Return CPU seconds per thousand pieces, by ``<work>: <process>``, and our memory in MB."""
        spent = {
            f"{self.name}: {process}": (self._after[process] - before) / self._count * _THOUSAND
            for process, before in self._before.items()
            if self._count
        }
        return spent | {f"{self.name}: memory": self._memory}

    def _read(self, worker: Child) -> dict[str, float]:
        spent = {"process": watch.spent(worker.pid)}
        for server in self.servers:
            kind = server.name.partition(" ")[0]
            spent[kind] = spent.get(kind, 0.0) + watch.spent(server.pid)
        return spent


def _most_resident(pid: int) -> float:
    """The most memory that a process has held since its start, in MB."""
    said = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (line,) = (line for line in said.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / _KB
