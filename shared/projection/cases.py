"""Each case's events in order, once: duplicates dropped, gaps held, holes named, bugs parked. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic

from shared.events.base import Fact, Recorded
from shared.events.wire import Unknown, Unreadable, decode
from shared.mongo import Document
from shared.projection.records import Item
from shared.projection.spec import E, Folded, S


class Verdict(StrEnum):
    """What became of a record; values of the metric's label ``outcome``."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    GAP = "gap"
    SKIPPED = "skipped"
    DEAD = "dead"
    PARKED = "parked"


Fold = Callable[[S | None, Recorded[Fact]], Folded[S, E]]


@dataclass(slots=True)
class Case(Generic[S]):
    """One case in a read model.

    Attributes:
        subject: its id.
        version: the sequence of the last event that was applied.
        state: what the fold made of it.
        held: events that arrived before their predecessor, or behind a parked one, as they were on the log.
        holes: events that could not be read, by sequence, with their place on the log.
        parked: why its events are no longer applied, until an operator releases it.
    """

    subject: str
    version: int = 0
    state: S | None = None
    held: dict[int, Document] = field(default_factory=dict)
    holes: dict[int, Document] = field(default_factory=dict)
    parked: str | None = None


def play(case: Case[S], item: Item, fold: Fold[S, E], effects: list[E]) -> Iterator[tuple[str, Verdict]]:
    """Bring one record into its case, and what was held for it; effects are added to ``effects``.

    Yields:
        The type and verdict of each event that was decided; a held event is decided twice.
    """
    event = item.decoded
    if isinstance(event, Unreadable):
        if event.sequence is not None and event.sequence > case.version:
            case.holes[event.sequence] = _place(item) | {"sequence": event.sequence, "reason": event.reason}
        yield "unreadable", Verdict.DEAD
    elif event.sequence <= case.version:
        yield _label(event), Verdict.DUPLICATE
    elif case.parked or event.sequence != case.version + 1:
        case.held[event.sequence] = _kept(item, event.sequence)
        yield _label(event), Verdict.PARKED if case.parked else Verdict.GAP
    else:
        verdict = _apply(case, event, fold, effects)
        yield _label(event), verdict
        if verdict is Verdict.PARKED:
            case.held[event.sequence] = _kept(item, event.sequence)
        yield from _released(case, fold, effects)


def _released(case: Case[S], fold: Fold[S, E], effects: list[E]) -> Iterator[tuple[str, Verdict]]:
    """Apply what was held for the version that the case has reached."""
    while not case.parked and (kept := case.held.get(case.version + 1)) is not None:
        event = _again(kept)
        verdict = _apply(case, event, fold, effects)
        if verdict is not Verdict.PARKED:
            del case.held[event.sequence]
        yield _label(event), verdict


def _apply(case: Case[S], event: Recorded[Fact] | Unknown, fold: Fold[S, E], effects: list[E]) -> Verdict:
    """Bring the case one version further, or park it; a parked event is the caller's to keep."""
    if isinstance(event, Unknown):
        verdict = Verdict.SKIPPED
    else:
        try:
            folded = fold(case.state, event)
        except Exception as bug:  # noqa: BLE001 - our own bug stops this case and no other
            case.parked = _said(bug)
            return Verdict.PARKED
        case.state = folded.state
        effects.extend(folded.effects)
        verdict = Verdict.APPLIED
    case.version = event.sequence
    case.holes.pop(event.sequence, None)
    return verdict


def park(case: Case[S], item: Item, bug: Exception) -> bool:
    """Hold an event that our own bug cannot apply, and with it all that follow in its case.

    Returns:
        Whether there was anything to hold: neither what cannot be read nor a duplicate is the case's trouble.
    """
    event = item.decoded
    if isinstance(event, Unreadable) or event.sequence <= case.version:
        return False
    case.parked = _said(bug)
    case.held[event.sequence] = _kept(item, event.sequence)
    return True


def _said(bug: Exception) -> str:
    return f"{type(bug).__name__}: {bug}"[:500]


def _label(event: Recorded[Fact] | Unknown) -> str:
    # A type that we do not know may be anything, and a label's values are bounded.
    return "unknown" if isinstance(event, Unknown) else event.type


def _kept(item: Item, sequence: int) -> Document:
    """The record as it was on the log, so that it can be read again."""
    record = item.record
    return _place(item) | {
        "sequence": sequence,
        "key": record.key,
        "value": record.value,
        "headers": [[name, value] for name, value in record.headers],
    }


def _place(item: Item) -> Document:
    return {"topic": item.record.topic, "partition": item.record.partition, "offset": item.record.offset}


def _again(kept: Document) -> Recorded[Fact] | Unknown:
    event = decode(kept["key"], kept["value"], [(name, value) for name, value in kept["headers"]])
    assert not isinstance(event, Unreadable), "only what could be read is held"
    return event
