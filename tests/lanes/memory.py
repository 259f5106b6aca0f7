"""A store in memory whose transactions may fail: it keeps BSON, and what decides is the real thing."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from aiokafka import TopicPartition
from bson import decode, encode
from pymongo.errors import OperationFailure

from shared.mongo import CommitUnknown, Document
from shared.projection.cases import Fold
from shared.projection.decisions import Decision
from shared.projection.documents import Cases
from shared.projection.positions import LaneLost
from shared.projection.ruling import Ruling, case_concerned, needs
from shared.projection.unit import Tally, Unit
from tests.lanes.telling import Telling, tell


class Fate(Enum):
    """What becomes of a transaction."""

    DONE = auto()
    REFUSED = auto()
    DONE_UNKNOWN = auto()  # committed, and nobody heard of it
    LOST_UNKNOWN = auto()  # not committed, and nobody heard of it


@dataclass
class Memory:
    """What a lane has written."""

    fold: Fold[Document, Telling] = tell
    rows: dict[str, bytes] = field(default_factory=dict)
    next: Counter[TopicPartition] = field(default_factory=Counter)
    skips: Counter[TopicPartition] = field(default_factory=Counter)
    effects: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def positions(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Where each partition goes on."""
        return {at: self.next[at] for at in partitions}

    def rewind(self, at: TopicPartition, offset: int) -> None:
        """Have everything from ``offset`` come again."""
        self.next[at] = offset

    def unit(self, unit: Unit[Document, Telling], fate: Fate) -> None:
        """Apply records."""
        moved = {at: position.next for at, position in unit.positions().items()}
        self._transact(unit, fate, moved)

    def ruling(self, ruling: Ruling[Document, Telling], fate: Fate) -> None:
        """Apply decisions."""
        self._transact(ruling, fate, {})

    def open_of(self, decisions: list[Decision]) -> list[Decision]:
        """Return the decisions that still change something."""
        cases = self._cases({one for of in decisions if (one := case_concerned(of))}).known
        return [of for of in decisions if (one := case_concerned(of)) and needs(cases.get(one), of)]

    def cases(self) -> list[Document]:
        """Every document, by id."""
        return [decode(self.rows[one]) for one in sorted(self.rows)]

    def told(self) -> dict[str, list[int]]:
        """The events that were applied, by case, in their order."""
        return dict(self.effects)

    def skipped(self) -> int:
        """How many events the lane says that it passed over."""
        return self.skips.total()

    def _cases(self, ids: set[str]) -> Cases:
        return Cases.of_rows(decode(self.rows[one]) for one in ids if one in self.rows)

    def _transact(
        self,
        work: Unit[Document, Telling] | Ruling[Document, Telling],
        fate: Fate,
        moved: dict[TopicPartition, int],
    ) -> None:
        cases, effects = self._cases(work.about()), list[Telling]()
        tally = work.decide(cases, self.fold, effects)
        rows = list(cases.rows(work.lane))
        if any(self.next[at] != expected for at, expected in work.expected.items()):
            raise LaneLost
        if fate is Fate.REFUSED:
            raise OperationFailure("refused")
        if fate is not Fate.LOST_UNKNOWN:
            self._keep(rows, effects, tally)
            self.next.update({at: following - self.next[at] for at, following in moved.items()})
        if fate is not Fate.DONE:
            raise CommitUnknown

    def _keep(self, rows: list[Document], effects: list[Telling], tally: Tally) -> None:
        self.rows |= {row["_id"]: encode(row) for row in rows}
        self.skips += tally.skipped
        for effect in effects:
            self.effects[effect.subject].append(effect.sequence)
