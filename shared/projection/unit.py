"""One unit of work: a lane's records, cases, effects and next positions, in one transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Generic

from aiokafka import TopicPartition
from pymongo import InsertOne, ReplaceOne

from shared.events.base import Fact, Recorded
from shared.mongo import Client, Document
from shared.projection.cases import Case, Fold, Verdict, park, play
from shared.projection.generation import Generation, hashed
from shared.projection.log import Stopped
from shared.projection.positions import Position, move
from shared.projection.records import Item, fingerprint
from shared.projection.spec import E, Folded, Lane, Projection, S
from shared.projection.stuck import dumped as _stuck
from shared.projection.transaction import in_lane

CASES = "cases"
# A case has at most 500 events at its source; what holds more is none of ours, or waits for what never comes.
# Half of what a document may have: beyond it MongoDB refuses the write, which would look like an outage.
MOST_HELD = 5_000
MOST_HELD_BYTES = 8_000_000


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
            at: Position(record.offset + 1, fingerprint(record), newest.get(at))
            for at, record in last.items()
        }

    def about(self) -> set[str]:
        """Return the document ids of the cases that the records are about."""
        return {of for item in self.items if (of := _case_id(item)) is not None}

    def decide(self, cases: "Cases", fold: Fold[Document, E], effects: list[E]) -> Tally:
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
        cases = await Cases.read(lane, self.about())
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


@dataclass(slots=True)
class Cases:
    """The cases that a unit of work meets, as they were before it and as it leaves them."""

    known: dict[str, Case[Document]]
    stored: frozenset[str]

    @classmethod
    async def read(cls, lane: Lane, ids: set[str]) -> "Cases":
        """Read the cases of these ids, inside the lane's transaction."""
        collection = lane.generation.collection(CASES)
        found = await collection.find({"_id": {"$in": list(ids)}}, session=lane.session).to_list(None)
        return cls.of_rows(found)

    @classmethod
    def of_rows(cls, rows: Iterable[Document]) -> "Cases":
        """Return the cases that documents say."""
        known = {row["_id"]: cls.loaded(row) for row in rows}
        return cls(known, frozenset(known))

    @staticmethod
    def loaded(row: Document) -> Case[Document]:
        """Return the case that a document says."""
        return Case(
            subject=row["subject"],
            version=row["version"],
            state=row["state"],
            held={kept["sequence"]: kept for kept in row.get("held", ())},
            holes={hole["sequence"]: hole for hole in row.get("holes", ())},
            parked=row.get("parked"),
            parked_since=row.get("parked_since"),
            discarded=row.get("discarded", []),
        )

    def of(self, item: Item) -> Case[Document] | None:
        """The case of a record; None where the record does not say it."""
        case_id = _case_id(item)
        if case_id is None:
            return None
        if case_id not in self.known:
            subject = item.decoded.subject
            assert subject is not None
            self.known[case_id] = Case(subject)
        return self.known[case_id]

    async def write(self, lane: Lane) -> None:
        """Write all of them.

        Raises:
            Stopped: one holds more than a document has room for.
        """
        operations: list[InsertOne[Document] | ReplaceOne[Document]] = [
            ReplaceOne({"_id": row["_id"]}, row) if row["_id"] in self.stored else InsertOne(row)
            for row in self.rows(lane.number)
        ]
        if operations:
            collection = lane.generation.collection(CASES)
            await collection.bulk_write(operations, ordered=False, session=lane.session)

    def rows(self, lane: int) -> Iterator[Document]:
        """Yield the documents of all of them.

        Raises:
            Stopped: one holds more than a document has room for.
        """
        for case_id, case in self.known.items():
            if case.held:
                _room(case_id, case)
            yield {"_id": case_id, "lane": lane} | _dumped(case)


def _case_id(item: Item) -> str | None:
    """The id of a record's case: its key comes first, so that no record can reach another lane's case."""
    key, subject = item.record.key, item.decoded.subject
    return None if subject is None or not key else case_id(key.decode(errors="backslashreplace"), subject)


def case_id(key: str, subject: str) -> str:
    """Return the document id of a case in a read model."""
    return hashed(f"{key}:{subject}")


def _room(case_id: str, case: Case[Document]) -> None:
    """See that what a case holds fits its document, with room for whatever one unit may add."""
    kept = case.held.values()
    size = sum(
        len(one["value"] or b"") + sum(len(n) + len(v or b"") for n, v in one["headers"]) for one in kept
    )
    if len(kept) > MOST_HELD or size > MOST_HELD_BYTES:
        first = min(case.held)
        what = f"case {case_id.partition(':')[2]} holds {len(kept):,} events ({size:,} bytes) from {first}"
        raise Stopped("held-full", f"{what}, and waits for {case.version + 1}")


def _dumped(case: Case[Document]) -> Document:
    row: Document = {"subject": case.subject, "version": case.version, "state": case.state}
    # Most cases have none of these; they take no room where they are not.
    held, holes = (sorted(of.values(), key=itemgetter("sequence")) for of in (case.held, case.holes))
    rare: Document = {
        "held": held,
        "holes": holes,
        "parked": case.parked,
        "discarded": sorted(case.discarded),
    }
    if case.parked:
        rare["parked_since"] = case.parked_since
    return row | {name: value for name, value in rare.items() if value} | _stuck(case)
