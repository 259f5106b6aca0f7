"""A case as it is stored, what a command does to it, and what came of that."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Generic, NamedTuple, Self, TypeVar

from shared.events.base import Fact
from shared.events.rules import Actor, Moment
from shared.stream.command import Command
from shared.stream.documents import MOST_NOTED, Entry, Noted
from shared.stream.refusals import KeyReused, UnknownCase

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Stored(Generic[S]):
    """A case as it is stored."""

    id: str
    version: int
    state: S
    history: tuple[Entry, ...]
    noted: tuple[Noted, ...] = ()

    def holds(self, command: Command) -> bool:
        """Whether the command came before; the last few of those that changed nothing are known too.

        Raises:
            KeyReused: its key is, with another request.
        """
        known: Iterable[Entry | Noted] = chain(self.history, self.noted)
        for one in known:
            if one.command == command.id:
                if one.digest != command.digest:
                    raise KeyReused("this Idempotency-Key came before with another request")
                return True
        return False

    def changed_by(self, command: Command) -> bool:
        """Whether an event of the case is the command's."""
        return any(entry.command == command.id for entry in self.history)

    def noting(self, command: Command) -> Self:
        """Return the case that knows of a command which changed nothing."""
        noted = (*self.noted, Noted(command.id, command.digest))
        return replace(self, noted=noted[-MOST_NOTED:])


def there(found: Stored[S] | None) -> Stored[S]:
    """Return the case that was looked for.

    Raises:
        UnknownCase: it is not there.
    """
    if found is None:
        raise UnknownCase
    return found


@dataclass(frozen=True, slots=True)
class Outcome(Generic[S]):
    """What a command came to: the case after it, and whether this request changed it."""

    case: Stored[S]
    changed: bool


#: State (None: there is no case yet), actor and moment in; the fact out, or None where nothing is to change.
Rule = Callable[[S | None, Actor, Moment], Fact | None]
#: What is done with a case that is there.
Step = Callable[[S, Actor, Moment], Fact]


def rule_of(step: Step[S]) -> Rule[S]:
    """Return the rule of a write that creates nothing; the stream refuses it where there is no case."""

    def rule(state: S | None, by: Actor, at: Moment) -> Fact:
        assert state is not None, "a step creates nothing"
        return step(state, by, at)

    return rule


@dataclass(frozen=True, slots=True)
class Write(Generic[S]):
    """How a command changes a case.

    Attributes:
        rule: which fact there is.
        guard: raises where the actor may not know of the case.
        texts: what the actor wrote; it stays in this service.
        anonymous: the account is not stored.
        creates: the case may be new.
        fresh: it most likely is, since its id was made from the command.
    """

    rule: Rule[S]
    guard: Callable[[S], None] = lambda _: None
    texts: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False
    creates: bool = False
    fresh: bool = False


class Wish(NamedTuple, Generic[S]):
    """A command on one of many cases."""

    case: str
    command: Command
    write: Write[S]


#: What a command came to, or what it raised.
Verdict = Outcome[S] | BaseException
