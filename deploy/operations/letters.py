"""The dead letters that there are, each once, with what operators have decided on them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from deploy.operations.followed import followed
from deploy.operations.reading import whole
from shared.deadletter import Letter
from shared.events.operations import (
    TOPIC,
    AnyOperation,
    DeadLetterDiscarded,
    DeadLetterFact,
    letter,
    place,
    read,
)
from shared.settings import Settings
from shared.topics import AGGREGATES, DEAD


class State(StrEnum):
    """What was decided on a letter."""

    OPEN = "open"
    REDRIVEN = "redriven"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision on a letter that counts: the first."""

    state: State
    at: datetime
    after: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which letters are meant.

    Attributes:
        topic: without the namespace; None for all of them.
        projection: by the name that the letters have; None for every one.
        reason: None for every one.
        state: None for every one.
    """

    topic: str | None = None
    projection: str | None = None
    reason: str | None = None
    state: State | None = State.OPEN

    def fits(self, found: Letter, state: State) -> bool:
        """Whether a letter is one of those; its topic was chosen where it was read."""
        return (
            self.projection in (None, found.projection)
            and self.reason in (None, found.reason)
            and self.state in (None, state)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One letter, with its id and what was decided on it.

    Attributes:
        partitions: how many its topic has, in its edition of the log.
    """

    id: str
    letter: Letter
    decided: Decided | None
    partitions: int

    @property
    def state(self) -> State:
        """Return what was decided."""
        return self.decided.state if self.decided else State.OPEN

    @property
    def written(self) -> datetime:
        """Return when the letter came to its topic."""
        return datetime.fromtimestamp(max(self.letter.record.timestamp, 0) / 1_000, UTC)


async def decisions(settings: Settings) -> dict[str, Decided]:
    """Return what was decided on each letter, by its id; of several decisions the first counts.

    Raises:
        KafkaError: Kafka does not answer.
    """
    known: dict[str, Decided] = {}
    async for record in whole(settings, [settings.topic(TOPIC)]):
        found = read(record.value, record.headers)
        if found is None:
            continue
        identity, at, fact = found
        if isinstance(fact, DeadLetterFact) and identity == place(*letter(fact)):
            known.setdefault(identity, Decided(_state(fact), at, fact.after))
    return known


def _state(fact: AnyOperation) -> State:
    return State.DISCARDED if isinstance(fact, DeadLetterDiscarded) else State.REDRIVEN


async def letters(logs: list[Settings], wanted: Filter) -> AsyncIterator[Found]:
    """Yield the letters in these editions of the log that are meant, each once, in the order of partitions.

    Of each letter its number alone is kept, some 100 bytes.

    Raises:
        KafkaError: Kafka does not answer.
    """
    # Decisions are on one topic, whatever the edition.
    decided, seen = await decisions(logs[0]), set[int]()
    async for found, partitions in _written(logs, wanted):
        identity = place(found.projection, found.topic, found.partition, found.offset)
        # As many bits as keep any two of millions apart.
        number = int(identity.removeprefix("dl_"), 16)
        if number in seen:
            continue
        seen.add(number)
        one = Found(identity, found, decided.get(identity), partitions)
        if wanted.fits(found, one.state):
            yield one


async def _written(logs: list[Settings], wanted: Filter) -> AsyncIterator[tuple[Letter, int]]:
    for settings in logs:
        names = [settings.topic(topic) + DEAD for topic in AGGREGATES if wanted.topic in (None, topic)]
        async for record in whole(settings, names):
            if (found := Letter.read(record)) is not None:
                yield found, settings.partitions


def projection_name(settings: Settings, group: str) -> str:
    """Return the name by which an operator knows the projection of a letter."""
    names = {one.group(settings): one.name for one in followed()}
    return names.get(group, group)
