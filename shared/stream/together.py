"""Many cases with one look, or two, and one write: what an import enters, most of it new."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Generic, NamedTuple, TypeVar

from shared.events.rules import Refused
from shared.stream.cases import Cases
from shared.stream.commit import GroupCommit, Operation
from shared.stream.looks import Looks
from shared.stream.outcomes import count
from shared.stream.stored import Outcome, Stored, Wish, there

S = TypeVar("S")


class Entered(NamedTuple, Generic[S]):
    """What came of commands, by their places among the wishes.

    Attributes:
        verdicts: of those that are settled. The others have not been applied, or nobody knows: a change of a
            case that is there, a lost race, a write that was not confirmed.
        unconfirmed: those of the others whose write was not confirmed.
    """

    verdicts: dict[int, Outcome[S] | Refused]
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
        looks: how cases are looked up.
        cases: which decides.
        commit: which writes to the collection.
    """

    service: str
    looks: Looks[S]
    cases: Cases[S]
    commit: GroupCommit

    async def enter(self, wishes: Sequence[Wish[S]]) -> Entered[S]:
        """Apply what begins a case or changes nothing, and turn away what is refused; none is named twice.

        Raises:
            Unavailable: the store did not answer; the same commands tell what was done.
        """
        verdicts, planned = await self._judged(wishes)
        for n, verdict in verdicts.items():
            count(self.service, wishes[n].command, verdict)
        written = await self.commit.together([plan.operation for plan in planned.values()])
        for n in compress(planned, written):
            verdicts[n] = done = planned[n].outcome
            count(self.service, wishes[n].command, done)
        unconfirmed = {n for n, confirmed in zip(planned, written, strict=True) if confirmed is None}
        return Entered(verdicts, unconfirmed)

    async def _judged(
        self, wishes: Sequence[Wish[S]]
    ) -> tuple[dict[int, Outcome[S] | Refused], dict[int, _Planned[S]]]:
        """Return what is settled and what is to be written; what would be answered without, by both looks."""
        settled: dict[int, Outcome[S] | Refused] = {}
        planned: dict[int, _Planned[S]] = {}
        asked: Sequence[int] = range(len(wishes))
        for second in (False, True):
            if not asked:
                break
            known = await self.looks.together([wishes[n].case for n in asked], second=second)
            settled = {}
            for n in asked:
                match self._after_a_look(wishes[n], known.get(wishes[n].case)):
                    case _Planned() as plan:
                        planned[n] = plan
                    case Outcome() | Refused() as verdict:
                        settled[n] = verdict
            asked = list(settled)
        return settled, planned

    def _after_a_look(
        self, wish: Wish[S], stored: Stored[S] | None
    ) -> Outcome[S] | Refused | _Planned[S] | None:
        """Decide a wish by what a look found.

        Returns:
            An outcome or a refusal: nothing is to be written. A plan: the case is new and to be inserted, or
            is to note that the command changed nothing. None: a change of a case that is there.
        """
        command = wish.command
        try:
            verdict = self.cases.judge(wish.case, stored, command, wish.write)
        except Refused as refusal:
            return refusal
        if isinstance(verdict, Outcome):
            return verdict
        if verdict is None:
            same = Outcome(there(stored).noting(command), changed=False)
            return _Planned(same, self.cases.note(same.case)) if command.may_repeat else same
        if stored is not None:
            return None
        return _Planned(Outcome(verdict, changed=True), self.cases.insertion(verdict, command))
