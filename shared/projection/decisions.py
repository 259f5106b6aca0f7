"""What operators have decided for one projection, by the place in the log at which it holds."""

import asyncio
from bisect import bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from shared.events.operations import (
    AnyOperation,
    CaseReleased,
    DeadLetterFact,
    letter,
    place,
)
from shared.events.wire import Unreadable
from shared.projection.records import Item, fingerprint

DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, with its id."""

    id: str
    fact: AnyOperation

    @property
    def at(self) -> TopicPartition:
        """The partition that it is about."""
        return TopicPartition(self.fact.topic, self.fact.partition)

    @property
    def after(self) -> int:
        """It holds once the partition was read up to here: each run of the log meets it at the same place.

        A release holds at once: it only tries again what any run of the log tries by itself.
        """
        return 0 if isinstance(self.fact, CaseReleased) else self.fact.after


@dataclass(slots=True)
class Settled:
    """What was seen to of the decisions on a partition.

    Attributes:
        done: the ids of decisions.
        nothing_in: how many held, of how many there were, when the last look found that all are done: a look
            at as many finds nothing either.
    """

    done: set[str] = field(default_factory=set)
    nothing_in: tuple[int, int] | None = None


def _after(decision: Decision) -> int:
    return decision.after


@dataclass(slots=True)
class Decisions:
    """Every decision that counts, by partition; of several on one dead letter the first counts.

    Attributes:
        projection: whose decisions, by its consumer group.
        known: whether the topic has been read to its end once.
        starts: the offsets before which decisions hold: a unit of work must not reach across one.
    """

    projection: str
    known: asyncio.Event = field(default_factory=asyncio.Event)
    starts: set[tuple[TopicPartition, int]] = field(default_factory=set)
    # In the order in which they hold: they stay for good, and are asked for many times a second.
    _of: defaultdict[TopicPartition, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    _ids: set[tuple[TopicPartition, str]] = field(default_factory=set)
    _records: dict[tuple[str, int, int], DeadLetterFact] = field(default_factory=dict)

    def add(self, identity: str, fact: AnyOperation) -> bool:
        """Take note of a decision; False where it is another projection's, or does not count."""
        if fact.projection != self.projection:
            return False
        if isinstance(fact, DeadLetterFact) and identity != place(*letter(fact)):
            return False
        decision = Decision(identity, fact)
        if (decision.at, identity) in self._ids:
            return False
        self._ids.add((decision.at, identity))
        self.starts.add((decision.at, decision.after))
        insort(self._of[decision.at], decision, key=_after)
        if isinstance(fact, DeadLetterFact):
            self._records[fact.topic, fact.partition, fact.offset] = fact
        return True

    def due(self, at: TopicPartition, reached: int, settled: Settled) -> list[Decision]:
        """Return what holds for a partition that was read up to ``reached``, in order, and is not done."""
        of = self._of.get(at, [])
        holding = bisect_right(of, reached, key=_after)
        if settled.nothing_in == (holding, len(of)):
            return []
        found = [one for one in of[:holding] if one.id not in settled.done]
        if not found:
            settled.nothing_in = (holding, len(of))
        return found

    def count(self, lane: int) -> int:
        """Return how many decisions are about a lane."""
        return sum(len(of) for at, of in self._of.items() if at.partition == lane)

    def met(self, item: Item) -> Item:
        """Return a record as it counts where it is met: what was decided on it holds only later.

        Until then it is as unreadable as it was to the operator, so that every run of the log goes alike.
        """
        of = self._records.get((item.record.topic, item.record.partition, item.record.offset))
        if of is None or of.record != fingerprint(item.record):
            return item
        return Item(item.record, Unreadable(DECIDED, "an operator's decision", of.subject, of.sequence))
