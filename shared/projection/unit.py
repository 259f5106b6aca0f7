"""One unit of work: a lane's records, cases, effects and next positions, in one transaction."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic

from aiokafka import TopicPartition

from shared.events.base import Fact, Recorded
from shared.mongo import Client, Document
from shared.projection.cases import Fold, Verdict, play
from shared.projection.documents import Cases, case_of
from shared.projection.generation import Generation
from shared.projection.interventions import park
from shared.projection.positions import Position, move
from shared.projection.records import Item, fingerprint
from shared.projection.spec import E, Folded, Lane, Projection, S
from shared.projection.transaction import in_lane


@dataclass(slots=True)
class Tally:
    """What a unit did.

    Attributes:
        verdicts: how many records of a type met which fate, for the metrics.
        skipped: how many of a partition's events were of types that this build does not know.
    """

    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    skipped: Counter[TopicPartition] = field(default_factory=Counter)

    def count(self, at: TopicPartition, decided: Iterable[tuple[str, Verdict]]) -> None:
        """Count what was decided on a record of partition ``at``, and with it."""
        for one in decided:
            self.verdicts[one] += 1
            if one[1] is Verdict.SKIPPED:
                self.skipped[at] += 1


@dataclass(frozen=True, slots=True)
class Unit(Generic[S, E]):
    """Records of one lane, contiguous per partition, and where their partitions stood before.

    Attributes:
        blamed: our own bug that these records (then exactly one) brought to light; its case is parked.
    """

    lane: int
    items: list[Item]
    expected: dict[TopicPartition, int]
    blamed: Exception | None = None

    def positions(self) -> dict[TopicPartition, Position]:
        """Where the partitions go on after this unit."""
        newest: dict[TopicPartition, datetime] = {}
        for item in self.items:
            if isinstance(item.decoded, Recorded):
                recorded = item.decoded.recorded_at
                newest[item.at] = max(newest.get(item.at, recorded), recorded)
        last = {item.at: item.record for item in self.items}
        return {
            at: Position(record.offset + 1, fingerprint(record), newest.get(at), record.timestamp)
            for at, record in last.items()
        }

    def about(self) -> set[str]:
        """Return the document ids of the cases that the records are about."""
        return {of for item in self.items if (of := case_of(item)) is not None}

    def decide(self, cases: Cases, fold: Fold[Document, E], effects: list[E]) -> Tally:
        """Bring the records into their cases; effects are added to ``effects``."""
        tally = Tally()
        for item in self.items:
            case = cases.of(item)
            if case is None:
                tally.verdicts["unreadable", Verdict.DEAD] += 1
            elif self.blamed is not None and park(case, item, self.blamed):
                tally.verdicts["bug", Verdict.PARKED] += 1
            else:
                tally.count(item.at, play(case, item, fold, effects))
        return tally

    async def commit(self, client: Client, projection: Projection[S, E], generation: Generation) -> Tally:
        """Apply the unit, all of it or nothing.

        Raises:
            LaneLost: another process works this lane.
            CommitUnknown: the positions tell whether it was applied.
            PyMongoError: nothing was applied.
        """
        return await in_lane(client, projection, generation, self.lane, self._apply)

    async def _apply(self, lane: Lane, projection: Projection[S, E]) -> Tally:
        cases = await Cases.read(lane.generation, self.about(), lane.session)
        effects = list[E]()
        tally = self.decide(cases, between_documents(projection), effects)
        await cases.write(lane)
        if effects:
            await projection.sink(lane, effects)
        for at, position in self.positions().items():
            await move(lane, at, expected=self.expected[at], to=position, skipped=tally.skipped[at])
        return tally


def between_documents(projection: Projection[S, E]) -> Fold[Document, E]:
    """The fold from stored state to stored state: what fails in reading or keeping it is the case's alone."""

    def fold(state: Document | None, event: Recorded[Fact]) -> Folded[Document, E]:
        folded = projection.fold(None if state is None else projection.load(state), event)
        return Folded(projection.dump(folded.state), folded.effects)

    return fold
