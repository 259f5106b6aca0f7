"""One unit of work: a lane's records, cases, effects and next positions, in one transaction."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic

from aiokafka import TopicPartition
from pymongo import InsertOne, ReplaceOne

from shared.events.base import Recorded
from shared.events.wire import Unreadable
from shared.mongo import Client, Document, Session, in_transaction
from shared.projection.cases import Case, Verdict, park, play
from shared.projection.generation import Generation, hashed
from shared.projection.positions import Position, move
from shared.projection.records import Item, fingerprint
from shared.projection.spec import E, Lane, Projection, S

CASES = "cases"


@dataclass(slots=True)
class Tally:
    """What a unit did, for the metrics."""

    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)

    def skipped(self) -> int:
        """How many events were of types that this build does not know."""
        return sum(count for (_, verdict), count in self.verdicts.items() if verdict is Verdict.SKIPPED)


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
            at: Position(record.offset + 1, fingerprint(record), newest.get(at))
            for at, record in last.items()
        }

    async def commit(self, client: Client, projection: Projection[S, E], generation: Generation) -> Tally:
        """Apply the unit, all of it or nothing.

        Raises:
            LaneLost: another process works this lane.
            CommitUnknown: the positions tell whether it was applied.
            PyMongoError: nothing was applied.
        """

        async def once(session: Session) -> Tally:
            return await self._apply(Lane(self.lane, generation, session), projection)

        return await in_transaction(client, once)

    async def _apply(self, lane: Lane, projection: Projection[S, E]) -> Tally:
        cases = await _Cases.read(lane, projection, self.items)
        tally, effects = Tally(), list[E]()
        for item in self.items:
            case = cases.of(item)
            if case is None:
                tally.verdicts["unreadable", Verdict.DEAD] += 1
            elif self.blamed is not None and not isinstance(item.decoded, Unreadable):
                park(case, item, self.blamed)
                tally.verdicts["bug", Verdict.PARKED] += 1
            else:
                tally.verdicts.update(play(case, item, projection.fold, effects))
        await cases.write(lane, projection)
        await projection.sink(lane, effects)
        for at, position in self.positions().items():
            await move(lane, at, expected=self.expected[at], to=position, skipped=tally.skipped())
        return tally


@dataclass(slots=True)
class _Cases(Generic[S]):
    """The cases that a unit's records belong to, as they were before it and as it leaves them."""

    known: dict[str, Case[S]]
    stored: frozenset[str]

    @classmethod
    async def read(cls, lane: Lane, projection: Projection[S, E], items: list[Item]) -> "_Cases[S]":
        ids = {case for item in items if (case := _case_id(item)) is not None}
        collection = lane.generation.collection(CASES)
        found = await collection.find({"_id": {"$in": list(ids)}}, session=lane.session).to_list(None)
        known = {row["_id"]: _loaded(projection, row) for row in found}
        return cls(known, frozenset(known))

    def of(self, item: Item) -> Case[S] | None:
        """The case of a record; None where the record does not say it."""
        case_id = _case_id(item)
        if case_id is None:
            return None
        if case_id not in self.known:
            subject = item.decoded.subject
            assert subject is not None
            self.known[case_id] = Case(subject)
        return self.known[case_id]

    async def write(self, lane: Lane, projection: Projection[S, E]) -> None:
        operations: list[InsertOne[Document] | ReplaceOne[Document]] = []
        for case_id, case in self.known.items():
            row = {"_id": case_id, "lane": lane.number} | _dumped(projection, case)
            known = case_id in self.stored
            operations.append(ReplaceOne({"_id": case_id}, row) if known else InsertOne(row))
        if operations:
            collection = lane.generation.collection(CASES)
            await collection.bulk_write(operations, ordered=False, session=lane.session)


def _case_id(item: Item) -> str | None:
    """The id of a record's case: its key comes first, so that no record can reach another lane's case."""
    key, subject = item.record.key, item.decoded.subject
    return None if subject is None or not key else case_id(key.decode(errors="backslashreplace"), subject)


def case_id(key: str, subject: str) -> str:
    """Return the document id of a case in a read model."""
    return hashed(f"{key}:{subject}")


def _loaded(projection: Projection[S, E], row: Document) -> Case[S]:
    return Case(
        subject=row["subject"],
        version=row["version"],
        state=None if row["state"] is None else projection.load(row["state"]),
        held={kept["sequence"]: kept for kept in row.get("held", ())},
        holes={hole["sequence"]: hole for hole in row.get("holes", ())},
        parked=row.get("parked"),
    )


def _dumped(projection: Projection[S, E], case: Case[S]) -> Document:
    row: Document = {
        "subject": case.subject,
        "version": case.version,
        "state": None if case.state is None else projection.dump(case.state),
    }
    # Most cases have none of these; they take no room where they are not.
    rare = {"held": list(case.held.values()), "holes": list(case.holes.values()), "parked": case.parked}
    return row | {name: value for name, value in rare.items() if value}
