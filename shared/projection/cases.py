"""Each case's events in order, once: duplicates dropped, gaps held, holes named, bugs parked. No I/O."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from operator import itemgetter
from typing import Generic

from shared.events.base import Fact, Recorded
from shared.events.wire import Unknown, Unreadable
from shared.mongo import Document
from shared.projection.failures import said
from shared.projection.kept import again, kept, place
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
        holes: events of which no copy could be read, by sequence, with the place of the last on the log.
        parked: why its events are no longer applied, until an operator releases it.
        parked_since: when the event that it is parked at came to the log, in milliseconds since 1970.
        discarded: events that an operator decided to do without, by sequence.
    """

    subject: str
    version: int = 0
    state: S | None = None
    held: dict[int, Document] = field(default_factory=dict)
    holes: dict[int, Document] = field(default_factory=dict)
    parked: str | None = None
    parked_since: int | None = None
    discarded: list[int] = field(default_factory=list)

    @property
    def awaited(self) -> int:
        """The sequence of the event that comes next."""
        return self.version + 1

    def settled(self, sequence: int) -> bool:
        """Whether the case is past an event, or will go on without it."""
        return sequence <= self.version or sequence in self.discarded


def play(case: Case[S], item: Item, fold: Fold[S, E], effects: list[E]) -> Iterator[tuple[str, Verdict]]:
    """Bring one record into its case, and what was held for it; effects are added to ``effects``.

    Yields:
        The type and verdict of each event that was decided; a held event is decided twice.
    """
    event = item.decoded
    if isinstance(event, Unreadable):
        if event.sequence is not None and _missing(case, event.sequence):
            case.holes[event.sequence] = place(item) | {"sequence": event.sequence, "reason": event.reason}
        yield "unreadable", Verdict.DEAD
    elif case.settled(event.sequence):
        yield _label(event), Verdict.DUPLICATE
    elif case.parked or event.sequence != case.awaited:
        hold(case, item, event.sequence)
        yield _label(event), Verdict.PARKED if case.parked else Verdict.GAP
    else:
        verdict = _apply(case, event, fold, effects)
        yield _label(event), verdict
        if verdict is Verdict.PARKED:
            hold(case, item, event.sequence)
            since(case)
        yield from go_on(case, fold, effects)


def go_on(case: Case[S], fold: Fold[S, E], effects: list[E]) -> Iterator[tuple[str, Verdict]]:
    """Apply what was held for the version that the case has reached, past what was discarded.

    Yields:
        The type and verdict of each event that was held.
    """
    while not case.parked:
        following = case.awaited
        if following in case.discarded:
            case.version = following
        elif (waiting := case.held.get(following)) is not None:
            event = again(waiting)
            verdict = _apply(case, event, fold, effects)
            if verdict is Verdict.PARKED:
                since(case)
            else:
                del case.held[following]
            yield _label(event), verdict
        else:
            return


def _apply(case: Case[S], event: Recorded[Fact] | Unknown, fold: Fold[S, E], effects: list[E]) -> Verdict:
    """Bring the case one version further, or park it; a parked event is the caller's to keep."""
    if isinstance(event, Unknown):
        verdict = Verdict.SKIPPED
    else:
        try:
            folded = fold(case.state, event)
        except Exception as bug:  # noqa: BLE001 - our own bug stops this case and no other
            case.parked = said(bug)
            return Verdict.PARKED
        case.state = folded.state
        effects.extend(folded.effects)
        verdict = Verdict.APPLIED
    case.version = event.sequence
    case.holes.pop(event.sequence, None)
    return verdict


def _missing(case: Case[S], sequence: int) -> bool:
    """Whether the case has nothing yet of an event, in whatever form."""
    return not case.settled(sequence) and sequence not in case.held


def hold(case: Case[S], item: Item, sequence: int) -> None:
    """Keep an event until its turn comes: of several copies the first on the log, whenever it was read."""
    held = case.held.get(sequence)
    if held is None or item.record.offset < held["offset"]:
        case.held[sequence] = kept(item, sequence)
    case.holes.pop(sequence, None)


def since(case: Case[S]) -> None:
    """Say since when the case lacks the event that it is parked at; the same in every rebuild."""
    first = case.held.get(case.awaited) or min(case.held.values(), key=itemgetter("sequence"))
    case.parked_since = first["logged"]


def _label(event: Recorded[Fact] | Unknown) -> str:
    # A type that we do not know may be anything, and a label's values are bounded.
    return "unknown" if isinstance(event, Unknown) else event.type
