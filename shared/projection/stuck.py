"""The cases of a read model that stand still, in numbers: an index that holds nothing for all the others."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from shared.mongo import Collection, Document, Session
from shared.projection.cases import Case

_FIELD = "stuck"
_ANY: Document = {f"{_FIELD}.held": {"$gte": 0}}
# Found by the index alone.
_PARKED: Document = {f"{_FIELD}.parked": 1, **_ANY}


@dataclass(frozen=True, slots=True)
class Stuck:
    """What stands still.

    Attributes:
        held: events that are kept until their turn comes.
        holes: events that could not be read.
        parked: cases that a bug of ours has stopped.
    """

    held: int = 0
    holes: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True)
class ParkedCase:
    """A case that a bug of ours has stopped.

    Attributes:
        id: of its document.
        subject: its id.
        lane: who applies its events.
        sequence: the event that it stands at.
        bug: why.
        since: when that event came to the log, in milliseconds since 1970, as whoever wrote it said; 0 where
            the case does not hold it.
        held: events that are kept until it goes on.
        topic: where the first of them was; None where there are none.
    """

    id: str
    subject: str
    lane: int
    sequence: int
    bug: str
    since: int
    held: int
    topic: str | None

    @classmethod
    def of(cls, row: Document) -> "ParkedCase":
        """Return the parked case that a document says."""
        held = row.get("held")
        return cls(
            id=row["_id"],
            subject=row["subject"],
            lane=row["lane"],
            sequence=row["version"] + 1,
            bug=row["parked"],
            since=row.get("parked_since") or 0,
            held=row[_FIELD]["held"],
            topic=held[0]["topic"] if held else None,
        )


def dumped(case: Case[Document]) -> Document:
    """Return what a case's document says of it; nothing, as of nearly every case, where it goes on."""
    if not (case.held or case.holes or case.parked):
        return {}
    counted = {"held": len(case.held), "holes": len(case.holes), "parked": int(bool(case.parked))}
    return {_FIELD: counted}


async def index(cases: Collection) -> None:
    """Make the index that the counts are read from, without a look at any case."""
    keys = [("lane", 1), *((f"{_FIELD}.{name}", 1) for name in ("held", "holes", "parked"))]
    await cases.create_index(keys, name=_FIELD, partialFilterExpression=_ANY)


def pipeline(lanes: Iterable[int]) -> list[Document]:
    """Return how the cases of these lanes are counted."""
    sums = {name: {"$sum": f"${_FIELD}.{name}"} for name in ("held", "holes", "parked")}
    return [{"$match": {"lane": {"$in": sorted(lanes)}, **_ANY}}, {"$group": {"_id": None, **sums}}]


async def count(cases: Collection, lanes: Iterable[int]) -> Stuck:
    """Count what stands still in these lanes of a generation.

    Raises:
        PyMongoError: MongoDB is away.
    """
    found = await cases.aggregate(pipeline(lanes)).to_list(None)
    return Stuck(**{name: row for name, row in found[0].items() if name != "_id"}) if found else Stuck()


async def anything(cases: Collection, session: Session) -> bool:
    """Whether any case of a generation stands still, or waits for an event that could not be read.

    Raises:
        PyMongoError: MongoDB is away.
    """
    # With the lane, since only so does the index serve.
    return await cases.find_one({"lane": {"$gte": 0}, **_ANY}, {"_id": 1}, session=session) is not None


async def parked(cases: Collection) -> AsyncIterator[ParkedCase]:
    """Yield the cases of a generation that a bug of ours has stopped.

    Raises:
        PyMongoError: MongoDB is away.
    """
    names = ("subject", "lane", "version", "parked", "parked_since", f"{_FIELD}.held", "held.topic")
    async for row in cases.find(_PARKED, dict.fromkeys(names, 1)):
        yield ParkedCase.of(row)
