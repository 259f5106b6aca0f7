"""The money that an improvement saved: claimed for a past period, then judged by somebody else."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from services.suggestions.domain.days import day_of
from shared.events.base import Recorded, Site
from shared.events.rules import Actor, Invalid, Moment, OwnWork, Private, WrongState, not_before, reach
from shared.events.savings import (
    AnySavingFact,
    Period,
    SavingCategory,
    SavingClaimed,
    SavingRejected,
    SavingStatus,
    SavingVerified,
)


@dataclass(frozen=True, slots=True)
class Saving:
    """The state of one saving; amounts in fen, ``first`` and ``last`` are the days of its period.

    Attributes:
        site: as it was at the claim, which is where the saving is counted for life.
        reach: every enterprise and area that it belongs to; accounts and lists name one of them.
        verified: what was confirmed, at most ``amount``.
        claimant: who may neither verify nor reject.
    """

    id: str
    site: Site
    reach: tuple[str, ...]
    status: SavingStatus
    occurred_at: datetime
    amount: int
    category: SavingCategory
    first: date
    last: date
    suggestion: str | None
    hazard: str | None
    claimant: str | None
    verified: int | None = None

    def period(self) -> Period:
        """Return the period as events carry it."""
        return period(self.first, self.last)

    def admit(self, step: str, by: Actor, at: Moment) -> None:
        """Let somebody other than the claimant judge a claim that is pending.

        Raises:
            WrongState: it has been judged.
            OwnWork: by its claimant.
            TooEarly: before it was claimed.
        """
        if self.status is not SavingStatus.CLAIMED:
            raise WrongState(self.status, step)
        if by.id == self.claimant:
            raise OwnWork("whoever claims a saving does not judge it")
        not_before(at, self.occurred_at, "the claim")


def period(first: date, last: date) -> Period:
    """Return the period from ``first`` to ``last``, both included."""
    return Period.model_validate({"from": first, "to": last})


def claim(  # noqa: PLR0913 - what a claim says
    saving: Saving | None,
    by: Actor,
    at: Moment,
    *,
    site: Site,
    amount: int,
    category: SavingCategory,
    first: date,
    last: date,
    suggestion: str | None,
    hazard: str | None,
) -> SavingClaimed:
    """Say what was saved over a past period; what recurs is claimed anew, never projected.

    Raises:
        Invalid: the period ends before it begins, or has not ended.
    """
    if saving is not None:
        raise WrongState(saving.status, "claimed")
    if last < first:
        raise Invalid("period.to", "should not lie before period.from")
    if last > day_of(at.occurred_at):
        raise Invalid("period.to", "should lie in the past: what is yet to come is not saved")
    return SavingClaimed(
        by=by.role,
        clock_skew=at.clock_skew,
        site=site,
        before=None,
        after=SavingStatus.CLAIMED,
        period=period(first, last),
        category=category,
        amount=amount,
        suggestion=suggestion,
        hazard=hazard,
    )


def verify_saving(saving: Saving, by: Actor, at: Moment, *, amount: int | None) -> SavingVerified:
    """Confirm the saving, or the part ``amount`` of it.

    Raises:
        Invalid: more would be confirmed than was claimed.
    """
    saving.admit("verified", by, at)
    confirmed = saving.amount if amount is None else amount
    if confirmed > saving.amount:
        raise Invalid("amount_fen", f"should be at most what was claimed, {saving.amount}")
    return SavingVerified(
        by=by.role,
        clock_skew=at.clock_skew,
        site=saving.site,
        before=saving.status,
        after=SavingStatus.VERIFIED,
        period=saving.period(),
        category=saving.category,
        claimed=saving.amount,
        amount=confirmed,
    )


def reject_saving(saving: Saving, by: Actor, at: Moment) -> SavingRejected:
    """Say that the saving could not be confirmed."""
    saving.admit("rejected", by, at)
    return SavingRejected(
        by=by.role,
        clock_skew=at.clock_skew,
        site=saving.site,
        before=saving.status,
        after=SavingStatus.REJECTED,
        period=saving.period(),
        category=saving.category,
        claimed=saving.amount,
    )


def evolve_saving(saving: Saving | None, event: Recorded[AnySavingFact], private: Private) -> Saving:
    """Return the saving as ``event`` leaves it."""
    match event.fact:
        case SavingClaimed() as fact:
            return Saving(
                id=event.subject,
                site=fact.site,
                reach=reach(fact.site),
                status=fact.after,
                occurred_at=event.occurred_at,
                amount=fact.amount,
                category=fact.category,
                first=fact.period.first,
                last=fact.period.last,
                suggestion=fact.suggestion,
                hazard=fact.hazard,
                claimant=private.by,
            )
        case SavingVerified() as fact:
            return replace(_claimed(saving), status=fact.after, verified=fact.amount)
        case SavingRejected() as fact:
            return replace(_claimed(saving), status=fact.after)
        case _ as never:
            assert_never(never)


def _claimed(saving: Saving | None) -> Saving:
    assert saving is not None, "every case begins with its claim"
    return saving
