"""Many cases with one look and one write: what an import enters, most of it new."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import compress
from typing import Generic, NamedTuple, TypeVar

from shared.events.rules import Refused
from shared.mongo import Collection, answering
from shared.stream.cases import Cases
from shared.stream.commit import GroupCommit, Operation
from shared.stream.outcomes import count
from shared.stream.stored import Outcome, Stored, Wish, there

S = TypeVar("S")


class Entered(NamedTuple, Generic[S]):
    """What came of commands, by their places among the wishes.

    Attributes:
        verdicts: of those that are settled. The others have not been applied, or nobody knows: a change of a
            case that is there, a refusal, a lost race, a write that was not confirmed.
        unconfirmed: those of the others whose write was not confirmed.
    """

    verdicts: dict[int, Outcome[S]]
    unconfirmed: set[int]


@dataclass(frozen=True, slots=True)
class _Planned(Generic[S]):
    """What comes of a command once it is written."""

    outcome: Outcome[S]
    operation: Operation


@dataclass(frozen=True, slots=True)
class Together(Generic[S]):
    """Applies commands to as many cases of one kind.

    Attributes:
        service: for the metrics.
        collection: where the cases are looked up.
        cases: which decides.
        commit: which writes to the collection.
    """

    service: str
    collection: Collection
    cases: Cases[S]
    commit: GroupCommit

    async def enter(self, wishes: Sequence[Wish[S]]) -> Entered[S]:
        """Apply what needs no more than one look, and begins a case or changes nothing; none is named twice.

        Raises:
            Unavailable: the store did not answer; the same commands tell what was done.
        """
        known = await self._known([wish.case for wish in wishes])
        verdicts: dict[int, Outcome[S]] = {}
        planned: dict[int, _Planned[S]] = {}
        for n, wish in enumerate(wishes):
            match self._after_the_look(wish, known.get(wish.case)):
                case _Planned() as plan:
                    planned[n] = plan
                case Outcome() as settled:
                    verdicts[n] = settled
                    count(self.service, wish.command, settled)
        written = await self.commit.together([plan.operation for plan in planned.values()])
        for n in compress(planned, written):
            verdicts[n] = done = planned[n].outcome
            count(self.service, wishes[n].command, done)
        unconfirmed = {n for n, confirmed in zip(planned, written, strict=True) if confirmed is None}
        return Entered(verdicts, unconfirmed)

    async def _known(self, cases: Sequence[str]) -> dict[str, Stored[S]]:
        with answering():
            documents = await self.collection.find({"_id": {"$in": cases}}).to_list(None)
        return {document["_id"]: self.cases.read(document) for document in documents}

    def _after_the_look(self, wish: Wish[S], stored: Stored[S] | None) -> Outcome[S] | _Planned[S] | None:
        """Decide a wish by what the look found.

        Returns:
            An outcome: it was done before. A plan: the case is new and to be inserted, or is to note that the
            command changed nothing. None: a change of a case that is there, or what wants a second look.
        """
        command = wish.command
        with suppress(Refused):
            match self.cases.judge(wish.case, stored, command, wish.write):
                case Outcome() as settled:
                    return settled
                case Stored() as after if stored is None:
                    return _Planned(Outcome(after, changed=True), self.cases.insertion(after, command))
                case None if command.may_repeat:
                    same = there(stored).noting(command)
                    return _Planned(Outcome(same, changed=False), self.cases.note(same))
        return None
