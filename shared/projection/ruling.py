"""What decisions of operators do to their cases, in one transaction of their lane."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic

from aiokafka import TopicPartition

from shared.events.operations import CaseReleased, DeadLetterDiscarded
from shared.mongo import Client, Document
from shared.projection.cases import Case, Fold, Verdict, go_on, play
from shared.projection.decisions import Decision
from shared.projection.documents import Cases, case_id
from shared.projection.failures import said
from shared.projection.generation import Generation
from shared.projection.interventions import discard, park, park_here, release
from shared.projection.positions import hold
from shared.projection.records import Item
from shared.projection.spec import E, Lane, Projection, S
from shared.projection.transaction import in_lane
from shared.projection.unit import Tally, between_documents


def needs(case: Case[Document] | None, decision: Decision) -> bool:
    """Whether a decision changes anything in its case; once it was applied, or came too late, it does not."""
    fact = decision.fact
    if isinstance(fact, CaseReleased):
        return case is not None and case.parked is not None and fact.sequence == case.awaited
    if fact.sequence is None:
        return False
    if isinstance(fact, DeadLetterDiscarded):
        hole = case.holes.get(fact.sequence) if case else None
        # Another copy of the event may be what the hole stands for by now; that one has a letter of its own.
        return hole is not None and hole["offset"] == fact.offset
    if case is None:
        return True
    kept = case.held.get(fact.sequence)
    return not case.settled(fact.sequence) and (kept is None or kept["offset"] > fact.offset)


def apply(
    case: Case[Document], decision: Decision, item: Item | None, fold: Fold[Document, E], effects: list[E]
) -> Iterator[tuple[str, Verdict]]:
    """Do to a case what was decided.

    Args:
        case: its case.
        decision: what was decided.
        item: the record that is to be redriven; None for every other decision.
        fold: how events are applied.
        effects: where their effects are added.

    Yields:
        The type and verdict of each event that was applied.
    """
    fact = decision.fact
    if item is not None:
        yield from play(case, item, fold, effects)
    elif isinstance(fact, CaseReleased):
        release(case)
        yield from go_on(case, fold, effects)
    elif isinstance(fact, DeadLetterDiscarded) and fact.sequence is not None:
        discard(case, fact.sequence)
        yield from go_on(case, fold, effects)


@dataclass(frozen=True, slots=True)
class Ruling(Generic[S, E]):
    """Decisions that hold where a lane stands, and the records that they redrive.

    Attributes:
        lane: its number.
        decisions: what was decided, in order, with the record that is to be redriven.
        expected: where the partitions of the decisions stand.
        blamed: our own bug that these decisions (then exactly one) brought to light; its case is parked.
    """

    lane: int
    decisions: list[tuple[Decision, Item | None]]
    expected: dict[TopicPartition, int]
    blamed: Exception | None = None

    async def commit(self, client: Client, projection: Projection[S, E], generation: Generation) -> Tally:
        """Apply the decisions, all of them or none.

        Raises:
            LaneLost: another process works this lane.
            CommitUnknown: the cases tell whether it was applied.
            PyMongoError: nothing was applied.
        """
        return await in_lane(client, projection, generation, self.lane, self._apply)

    async def _apply(self, lane: Lane, projection: Projection[S, E]) -> Tally:
        effects = list[E]()
        cases = await Cases.read(lane.generation, self.about(), lane.session)
        tally = self.decide(cases, between_documents(projection), effects)
        for at, expected in self.expected.items():
            await hold(lane, at, expected=expected, skipped=tally.skipped[at])
        await cases.write(lane)
        if effects:
            await projection.sink(lane, effects)
        return tally

    def about(self) -> set[str]:
        """Return the document ids of the cases that the decisions are about."""
        return _concerned(decision for decision, _ in self.decisions)

    def decide(self, cases: Cases, fold: Fold[Document, E], effects: list[E]) -> Tally:
        """Do to the cases what was decided and still changes something; effects are added to ``effects``."""
        tally = Tally()
        for decision, item in self.decisions:
            identity = case_concerned(decision)
            if identity is None or not needs(cases.known.get(identity), decision):
                continue
            case = cases.known.setdefault(identity, Case(decision.fact.subject or ""))
            if self.blamed is not None:
                _blame(case, decision, item, self.blamed)
                tally.verdicts["bug", Verdict.PARKED] += 1
            else:
                tally.count(decision.at, apply(case, decision, item, fold, effects))
        return tally


def _blame(case: Case[Document], decision: Decision, item: Item | None, bug: Exception) -> None:
    """Park the case where the decision brought the bug to light."""
    if item is not None:
        park(case, item, bug)
    elif isinstance(decision.fact, CaseReleased):
        case.parked = said(bug)
    else:
        discard(case, decision.fact.sequence or 0)
        park_here(case, bug)


def case_concerned(decision: Decision) -> str | None:
    """Return the document id of the case that a decision is about; None where that cannot be told."""
    fact = decision.fact
    if fact.subject is None or fact.enterprise is None:
        return None
    return case_id(fact.enterprise, fact.subject)


def _concerned(decisions: Iterable[Decision]) -> set[str]:
    return {one for decision in decisions if (one := case_concerned(decision))}


async def open_of(generation: Generation, decisions: list[Decision]) -> list[Decision]:
    """Return the decisions that change something, without those that were applied long ago."""
    known = (await Cases.read(generation, _concerned(decisions))).known
    return [one for one in decisions if (case := case_concerned(one)) and needs(known.get(case), one)]
