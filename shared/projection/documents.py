"""Cases as documents: how a lane reads those that it meets, and writes them as it leaves them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from pymongo import InsertOne, ReplaceOne

from shared.mongo import Document, Session
from shared.projection.cases import Case
from shared.projection.generation import Generation, hashed
from shared.projection.log import Stopped
from shared.projection.records import Item
from shared.projection.spec import Lane
from shared.projection.stuck import dumped as _stuck

CASES = "cases"
# A case has at most 500 events at its source; what holds more is none of ours, or waits for what never comes.
# Half of what a document may have: beyond it MongoDB refuses the write, which would look like an outage.
MOST_HELD = 5_000
MOST_HELD_BYTES = 8_000_000


@dataclass(slots=True)
class Cases:
    """The cases that a unit of work meets, as they were before it and as it leaves them."""

    known: dict[str, Case[Document]]
    stored: frozenset[str]

    @classmethod
    async def read(cls, generation: Generation, ids: set[str], session: Session | None = None) -> "Cases":
        """Read the cases of these ids; those that a lane will write, inside its transaction."""
        collection = generation.collection(CASES)
        return cls.of_rows(await collection.find({"_id": {"$in": list(ids)}}, session=session).to_list(None))

    @classmethod
    def of_rows(cls, rows: Iterable[Document]) -> "Cases":
        """Return the cases that documents say."""
        known = {row["_id"]: _loaded(row) for row in rows}
        return cls(known, frozenset(known))

    def of(self, item: Item) -> Case[Document] | None:
        """The case of a record; None where the record does not say it."""
        case_id = case_of(item)
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


def case_of(item: Item) -> str | None:
    """Return the id of a record's case; its key comes first, so that none can reach another lane's case."""
    key, subject = item.record.key, item.decoded.subject
    return None if subject is None or not key else case_id(key.decode(errors="backslashreplace"), subject)


def case_id(key: str, subject: str) -> str:
    """Return the document id of a case in a read model."""
    return hashed(f"{key}:{subject}")


def key_of(case_id: str, subject: str) -> str:
    """Return the key of a case's events, as it was given to ``case_id``."""
    return case_id.partition(":")[2].removesuffix(f":{subject}")


def _room(case_id: str, case: Case[Document]) -> None:
    """See that what a case holds fits its document, with room for whatever one unit may add."""
    kept = case.held.values()
    size = sum(
        len(one["value"] or b"") + sum(len(n) + len(v or b"") for n, v in one["headers"]) for one in kept
    )
    if len(kept) > MOST_HELD or size > MOST_HELD_BYTES:
        first = min(case.held)
        what = f"case {case_id.partition(':')[2]} holds {len(kept):,} events ({size:,} bytes) from {first}"
        raise Stopped("held-full", f"{what}, and waits for {case.awaited}")


def _loaded(row: Document) -> Case[Document]:
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
