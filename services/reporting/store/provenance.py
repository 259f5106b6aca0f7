"""What a report rests on: how far each log was counted, and what is still to come."""

from dataclasses import dataclass
from datetime import datetime

from services.reporting import FOLLOWS
from services.reporting.domain.figures import VERSION
from shared.clock import now
from shared.codes import lists
from shared.mongo import Document, Session
from shared.projection import Generation, stuck, watermarks
from shared.projection.documents import CASES
from shared.projection.positions import POSITIONS
from shared.settings import Settings

# A topic, as it is named on the cluster, and the number of a partition.
Partition = tuple[str, int]
#: The services whose word on what is published a report rests on.
SOURCES = watermarks.sources(FOLLOWS)


@dataclass(frozen=True, slots=True)
class Provenance:
    """How far a generation had counted, at the point in time of a report.

    Attributes:
        generation: of the read model.
        positions: where each partition goes on.
        as_of: before when all that any service recorded was counted; None while that is not known.
        complete: none of it was passed over, or waits: events of types that this build does not know, that it
            could not read, and those of a case that stands still.
    """

    generation: Generation
    positions: dict[Partition, int]
    as_of: datetime | None
    complete: bool

    @classmethod
    async def read(cls, generation: Generation, session: Session) -> "Provenance":
        """Return it, as of the session's point in time."""
        rows = await generation.collection(POSITIONS).find({}, session=session).to_list(None)
        positions = {(row["topic"], row["partition"]): row["next"] for row in rows}
        known = await watermarks.as_of(generation.database, session, SOURCES, positions)
        standing = await stuck.anything(generation.collection(CASES), session)
        complete = not standing and not any(row["skipped"] for row in rows)
        return cls(generation, positions, known, complete)

    def document(self, settings: Settings, ends: dict[Partition, int] | None) -> Document:
        """Return what the report says of itself.

        Everything that any service recorded before ``as_of`` is in it; null until each has said how far back
        all of its own is published. ``behind_records`` is what stands on the logs and is not counted in this
        report; null while Kafka cannot be asked, or tells of another log than the one that was counted.
        """
        offsets: dict[str, dict[str, int]] = {}
        for (topic, number), following in sorted(self.positions.items()):
            offsets.setdefault(topic.removeprefix(settings.topic("")), {})[str(number)] = following
        return {
            "as_of": self.as_of,
            "behind_records": self._behind(ends),
            "behind_seconds": self._seconds(),
            "offsets": offsets,
            "generation": self.generation.number,
            "complete": self.complete,
            "figures": VERSION,
            "code_lists": lists(),
        }

    def beyond(self, ends: dict[Partition, int] | None) -> bool:
        """Whether more was counted than lay before these ends: they are of before, or of another log."""
        return ends is not None and any(end < self.positions.get(at, 0) for at, end in ends.items())

    def _behind(self, ends: dict[Partition, int] | None) -> int | None:
        if ends is None or self.beyond(ends):
            return None
        return sum(end - self.positions.get(at, 0) for at, end in ends.items())

    def _seconds(self) -> float | None:
        return None if self.as_of is None else max((now() - self.as_of).total_seconds(), 0.0)
