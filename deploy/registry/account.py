"""What a run has done so far, kept beside the data of its servers, so that it goes on where it was."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

import orjson

from deploy.local.errors import Unavailable

_NAME = "registry.json"
_TENTHS = 10


@dataclass(slots=True)
class Phase:
    """One phase.

    Attributes:
        count: how many enterprises it has dealt with.
        seconds: how long it has worked, over all starts.
        marks: seconds at the end of each tenth that is done.
        early: the most memory of each process, in MB, in the first half.
        resident: the same in all of it.
        busy: the seconds that each process has had of a core.
    """

    count: int = 0
    seconds: float = 0.0
    done: bool = False
    marks: list[float] = field(default_factory=list)
    early: dict[str, float] = field(default_factory=dict)
    resident: dict[str, float] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Enterprises a second."""
        return self.count / self.seconds if self.seconds else float("nan")

    def reached(self, count: int, of: int, *, after: float) -> None:
        """Note that ``after`` so many seconds more, so many of all are dealt with."""
        before, began = self.count, self.seconds
        self.count, self.seconds = count, began + after
        while len(self.marks) < count * _TENTHS // of:
            # Between two looks it is taken to have gone on evenly.
            end = (len(self.marks) + 1) * of / _TENTHS
            self.marks.append(began + after * (end - before) / (count - before))

    def holds(self, resident: Mapping[str, float], of: int) -> None:
        """Note what memory the processes hold now."""
        for kept in (self.resident, *([self.early] if 2 * self.count < of else [])):
            for name, size in resident.items():
                kept[name] = max(kept.get(name, 0.0), size)

    def tenths(self, of: int) -> list[float]:
        """Return the rate within each tenth of all that is done."""
        return [of / _TENTHS / (end - began) for began, end in pairwise([0.0, *self.marks]) if end > began]


@dataclass(slots=True)
class Account:
    """A run.

    Attributes:
        folder: where all of it is kept.
        seed, enterprises: of the nation.
        imported: how many enterprises, by their numbers, are in the register.
        empty: what the servers' data took on the disk before the first of them.
        phases: by their names.
    """

    folder: Path
    seed: int
    enterprises: int
    imported: int = 0
    empty: dict[str, int] = field(default_factory=dict)
    phases: dict[str, Phase] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, *, seed: int, enterprises: int) -> "Account":
        """Return the account of the run in ``folder``, a new one where there is none.

        Raises:
            Unavailable: another nation is there.
        """
        path = folder / _NAME
        if not path.exists():
            return cls(folder, seed, enterprises)
        said = orjson.loads(path.read_bytes())
        if (said["seed"], said["enterprises"]) != (seed, enterprises):
            raise Unavailable(
                f"{folder} holds a run of {said['enterprises']} enterprises by seed {said['seed']}: ask for"
                " the same to go on with it, name another folder with --data, or delete this one."
            )
        phases = {name: Phase(**phase) for name, phase in said["phases"].items()}
        return cls(folder, seed, enterprises, said["imported"], said["empty"], phases)

    def phase(self, name: str) -> Phase:
        """Return a phase, begun if it was not."""
        return self.phases.setdefault(name, Phase())

    def write(self) -> None:
        """Keep it; whatever moment the process ends in, either the old or the new is there whole."""
        said = asdict(self)
        del said["folder"]
        path = self.folder / _NAME
        beside = path.with_suffix(".new")
        beside.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))
        beside.replace(path)
