"""The fold of a log under operators' decisions, told anew and in few words: what every run must come to."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from aiokafka import TopicPartition

from shared.events.operations import DeadLetterDiscarded, DeadLetterFact
from tests.lanes.story import Entry, Kind


@dataclass
class Expected:
    """What is to be known of one case.

    Attributes:
        there: events of which a copy was read, in order or not.
        given_up: events that an operator decided to do without.
        holes: events without any readable copy, each with the offset of its last.
    """

    there: set[int] = field(default_factory=set)
    given_up: set[int] = field(default_factory=set)
    holes: dict[int, int] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """How far the case comes."""
        reached = 0
        while reached + 1 in self.there | self.given_up:
            reached += 1
        return reached

    def comes(self, sequence: int, offset: int, *, readable: bool) -> None:
        """See a copy of an event; what was given up stays so."""
        if sequence in self.there | self.given_up:
            return
        if readable:
            self.there.add(sequence)
            self.holes.pop(sequence, None)
        else:
            self.holes[sequence] = offset

    def give_up(self, sequence: int, offset: int) -> None:
        """Do without an event, where this copy is all there is of it."""
        if self.holes.get(sequence) == offset:
            del self.holes[sequence]
            self.given_up.add(sequence)


def fold(
    log: Mapping[TopicPartition, list[Entry]],
    decided: Iterable[DeadLetterFact],
    readable: Callable[[TopicPartition, int], bool],
) -> dict[str, Expected]:
    """Return the cases; a decision holds once its partition was read as far as it says.

    A record that was decided on counts at the decision, and is met before as one that cannot be read.
    """
    cases: defaultdict[str, Expected] = defaultdict(Expected)
    for at, entries in log.items():
        here = sorted((of for of in decided if of.topic == at.topic), key=attrgetter("after"))
        settled = {of.offset for of in here}
        for offset in range(len(entries) + 1):
            for of in here:
                if of.after == offset:
                    _decide(cases, of, readable=readable(at, of.offset))
            if offset < len(entries) and entries[offset].kind is not Kind.NAMELESS:
                entry = entries[offset]
                whole = offset not in settled and readable(at, offset)
                cases[entry.subject].comes(entry.sequence, offset, readable=whole)
    return dict(cases)


def _decide(cases: defaultdict[str, Expected], of: DeadLetterFact, *, readable: bool) -> None:
    if of.subject is None or of.sequence is None:
        return
    if isinstance(of, DeadLetterDiscarded):
        cases[of.subject].give_up(of.sequence, of.offset)
    elif readable:
        cases[of.subject].comes(of.sequence, of.offset, readable=True)
