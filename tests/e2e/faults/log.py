"""The log: every partition from its beginning, copies dropped, each case checked to be whole and in order."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.kafka import connection, started
from shared.settings import Settings
from shared.topics import AGGREGATES, DEAD
from tests.e2e.faults.facts import Fact, told
from tests.e2e.faults.model import Model
from tests.e2e.faults.stored import STREAMS

_POLL_MS = 500


@dataclass(slots=True)
class Log:
    """What stands on the topics.

    Attributes:
        cases: the facts of each case in the order in which they came first, without copies.
        copies: records that said again what had been said.
        wrong: what must not be on any log.
    """

    cases: defaultdict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    copies: int = 0
    wrong: list[str] = field(default_factory=list)
    _first: dict[tuple[str, int], int] = field(default_factory=dict)

    def take(self, record: ConsumerRecord) -> None:
        """Take in the next record of a partition."""
        headers = {name: value.decode() for name, value in record.headers}
        case, sequence = headers["ce_subject"], int(headers["ce_sequence"])
        # A digest is enough to tell two versions apart, and a long run's log would not fit into memory.
        digest = hash((record.key, record.value, tuple(record.headers)))
        if (first := self._first.get((case, sequence))) is not None:
            self.copies += 1
            if first != digest:
                self.wrong.append(f"{case}:{sequence} was published in two versions")
            return
        self._first[case, sequence] = digest
        fact = told(headers["ce_type"], headers["ce_time"], orjson.loads(record.value))
        if sequence != len(self.cases[case]) + 1:
            self.wrong.append(f"{case}:{sequence} came after {len(self.cases[case])} events of its case")
        if record.key.decode() != fact.enterprise:
            self.wrong.append(f"{case}:{sequence} has the key {record.key!r}, not {fact.enterprise}")
        self.cases[case].append(fact)

    def differences(self, model: Model) -> list[str]:
        """Return where the log does not say what was accepted."""
        found = list(self.wrong)
        for case in model.cases.keys() | self.cases.keys():
            accepted = model.cases[case].facts if case in model.cases else []
            if self.cases.get(case, []) != accepted:
                found.append(f"the log says of {case}: {self.cases.get(case)}, accepted was {accepted}")
        return found


async def ends(settings: Settings, topics: Iterable[str]) -> dict[TopicPartition, int]:
    """Return where each partition of the topics ends."""
    async with started(AIOKafkaConsumer(**connection(settings))) as consumer:
        parts = _partitions(settings, topics)
        return dict(await consumer.end_offsets(parts))


async def dead(settings: Settings) -> int:
    """Return how many records are among the dead letters."""
    return sum((await ends(settings, [name + DEAD for name in AGGREGATES])).values())


async def read(settings: Settings) -> Log:
    """Read the topics that reporting follows from their beginnings to where they end now."""
    found = Log()
    async with started(AIOKafkaConsumer(**connection(settings), enable_auto_commit=False)) as consumer:
        parts = _partitions(settings, STREAMS)
        last = await consumer.end_offsets(parts)
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        left = {part for part in parts if last[part] > 0}
        while left:
            for part, records in (await consumer.getmany(*left, timeout_ms=_POLL_MS)).items():
                for record in records:
                    found.take(record)
                if await consumer.position(part) >= last[part]:
                    left.discard(part)
    return found


def _partitions(settings: Settings, topics: Iterable[str]) -> list[TopicPartition]:
    return [
        TopicPartition(settings.topic(topic), number)
        for topic in topics
        for number in range(settings.partitions)
    ]
