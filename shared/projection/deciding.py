"""Applies operators' decisions: each lane sees to what is due where it stands, before it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Generic

import structlog
from aiokafka import ConsumerRecord, TopicPartition

from shared.events.operations import DeadLetterRedriven
from shared.mongo import Client
from shared.projection.decisions import Decision, Decisions
from shared.projection.failures import blamed, ours
from shared.projection.originals import Originals
from shared.projection.records import Item
from shared.projection.ruling import Ruling, open_of
from shared.projection.seats import Seat, Seats
from shared.projection.spec import E, Projection, S
from shared.projection.unit import Tally

log = structlog.get_logger()

# Each may bring along what its case holds.
_MOST_AT_ONCE = 200


def parts(
    records: list[ConsumerRecord], size: int, starts: set[tuple[TopicPartition, int]]
) -> Iterator[list[ConsumerRecord]]:
    """Yield records in units of ``size`` at most, none across an offset before which decisions hold.

    Nor across one that the log lacks: a unit is what follows without a gap, and begins with what is proven to
    come next.
    """
    part: list[ConsumerRecord] = []
    nexts: dict[TopicPartition, int] = {}
    for record in records:
        at = TopicPartition(record.topic, record.partition)
        gap = record.offset != nexts.get(at, record.offset)
        if part and (len(part) == size or gap or (at, record.offset) in starts):
            yield part
            part = []
        part.append(record)
        nexts[at] = record.offset + 1
    if part:
        yield part


@dataclass(slots=True)
class Deciding(Generic[S, E]):
    """What one process does about decisions.

    Attributes:
        client: connected with the projections' time limit.
        projection: whose cases are concerned.
        seats: where its lanes stand.
        decisions: what was decided.
        originals: where redriven records are read.
    """

    client: Client
    projection: Projection[S, E]
    seats: Seats
    decisions: Decisions
    originals: Originals
    _known: dict[int, int] = field(default_factory=dict)

    def read(self, record: ConsumerRecord) -> Item:
        """Return what a record says, as far as it counts: what was decided on holds later."""
        return self.decisions.met(self.originals.read(record, self.originals.partitions))

    def due(self, lane: int) -> bool:
        """Whether a lane has decisions to see to where it stands."""
        return bool(self._due(lane))

    async def settle(self, lane: int) -> Tally:
        """See to the decisions that are due where a lane stands, while nothing else works the lane.

        Raises:
            Stopped: a case would hold more than its document has room for, or cannot even be parked.
            LaneLost: another process works this lane.
            CommitUnknown: whether it was applied must be read back.
            PyMongoError: MongoDB is away.
            KafkaError: Kafka is away.
        """
        due = self._due(lane)
        whole = Tally()
        if not due:
            return whole
        self._known[lane] = self.decisions.count(lane)
        stands = {one.at: seat.next for seat, one in due}
        effective = await open_of(self.seats.generation, [one for _, one in due])
        # Of no other partition: one of which nothing was read has no position yet that could be held.
        expected = {one.at: stands[one.at] for one in effective}
        for start in range(0, len(effective), _MOST_AT_ONCE):
            found = [(one, await self._item(one)) for one in effective[start : start + _MOST_AT_ONCE]]
            ready = [pair for pair in found if pair[1] or not isinstance(pair[0].fact, DeadLetterRedriven)]
            whole.verdicts += (await self._apply(Ruling(lane, ready, expected))).verdicts
        for seat, one in due:
            seat.decided.done.add(one.id)
        return whole

    def unstick(self) -> None:
        """Try lanes again that stood still for a case that is full, once more was decided."""
        for lane, why in list(self.seats.stopped.items()):
            known = self.decisions.count(lane)
            if why.name == "held-full" and self._known.get(lane, 0) != known:
                self._known[lane] = known
                self.seats.again(lane)

    def _due(self, lane: int) -> list[tuple[Seat, Decision]]:
        seated = [(at, seat) for at, seat in self.seats.seated.items() if at.partition == lane]
        return [(seat, one) for at, seat in seated for one in self.decisions.due(at, seat.next, seat.decided)]

    async def _item(self, decision: Decision) -> Item | None:
        fact = decision.fact
        return await self.originals.item(fact) if isinstance(fact, DeadLetterRedriven) else None

    async def _apply(self, ruling: Ruling[S, E]) -> Tally:
        if not ruling.decisions:
            return Tally()
        try:
            return await ruling.commit(self.client, self.projection, self.seats.generation)
        except Exception as bug:
            if not ours(bug):
                raise
            log.exception("decision-failed", projection=self.seats.label, lane=ruling.lane)
            if len(ruling.decisions) == 1:
                parking = replace(ruling, blamed=bug)
                return await blamed(parking.commit(self.client, self.projection, self.seats.generation))
        whole = Tally()
        for one in ruling.decisions:
            whole.verdicts += (await self._apply(replace(ruling, decisions=[one]))).verdicts
        return whole
