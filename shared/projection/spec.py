"""What a projection is: the topics it follows, a pure fold per case, and where its effects go."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from shared.events.base import Fact, Recorded
from shared.mongo import Document, Session
from shared.projection.generation import Generation

S = TypeVar("S")
E = TypeVar("E")

Indexes = tuple[list[tuple[str, int]], ...]


class Folded(NamedTuple, Generic[S, E]):
    """What an event leaves of its case, and what it does to the rest of the read model."""

    state: S
    effects: tuple[E, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One transaction of one lane: the place where effects are written.

    Attributes:
        number: the partition number, the same for every topic; the lane is the only writer of its documents.
        generation: the collections.
        session: the open transaction.
    """

    number: int
    generation: Generation
    session: Session


async def _nothing(_lane: Lane, _effects: list[Any]) -> None:
    """Write no effects."""


@dataclass(frozen=True, slots=True)
class Projection(Generic[S, E]):
    """Everything that is particular to one read model.

    Attributes:
        name: also the consumer group and the prefix of its collections.
        topics: what it follows, without the namespace.
        fold: state of the case (None: its first event) and event in; state and effects out. Pure, and free of
            any assumption about how two topics interleave.
        dump: state to document.
        load: document to state.
        sink: writes the effects of a unit, inside its transaction.
        collections: the sink's own, with their indexes.
        counters: those of them whose sub-documents hold counters: one at 0 says as much as none, and which of
            the two it is depends on how events fell into units.
        uncompared: those of them that say how a unit was written, and not what: each build has its own.
        buckets: those of them that have a document for each lane: the fields that tell them apart otherwise.
    """

    name: str
    topics: tuple[str, ...]
    fold: Callable[[S | None, Recorded[Fact]], Folded[S, E]]
    dump: Callable[[S], Document]
    load: Callable[[Document], S]
    sink: Callable[[Lane, list[E]], Awaitable[None]] = _nothing
    collections: Mapping[str, Indexes] = field(default_factory=dict)
    counters: frozenset[str] = frozenset()
    uncompared: frozenset[str] = frozenset()
    buckets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
