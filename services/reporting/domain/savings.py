"""What each event of a saving adds to the figures."""

from dataclasses import dataclass
from typing import assert_never

from services.reporting.domain.cells import Effect, Home, Move, home_of
from services.reporting.domain.figures import Money
from shared.events.base import Recorded
from shared.events.rules import month
from shared.events.savings import AnySavingFact, SavingClaimed, SavingRejected, SavingVerified


@dataclass(frozen=True, slots=True)
class SavingCase:
    """Where a saving is counted: its place, and the month in which its period ended."""

    home: Home
    month: int


def follow(case: SavingCase | None, event: Recorded[AnySavingFact]) -> tuple[SavingCase, Effect]:
    """Return the case after ``event`` and what the event does to the figures."""
    if isinstance(event.fact, SavingClaimed):
        last = event.fact.period.last
        case = SavingCase(home_of(event.fact.site), last.year * 100 + last.month)
    if case is None:
        raise ValueError(f"{event.id} is of a saving that was never claimed")
    return case, Effect(case.home, month(event.recorded_at), _moves(case, event.fact))


def _moves(case: SavingCase, fact: AnySavingFact) -> tuple[Move, ...]:
    match fact:
        case SavingClaimed(amount=amount):
            return (Move(Money.SAVINGS_CLAIMED_FEN, case.month, amount),)
        case SavingVerified(amount=amount):
            return (Move(Money.SAVINGS_VERIFIED_FEN, case.month, amount),)
        case SavingRejected():
            return ()
        case _:
            assert_never(fact)
