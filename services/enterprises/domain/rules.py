"""The rules of an enterprise: state and wish in, fact out, or a named refusal."""

from services.enterprises.domain import published
from services.enterprises.domain.codes import SIZED_LISTS, check, versions
from services.enterprises.domain.scope import within
from services.enterprises.domain.state import Enterprise, Particulars
from shared.events.enterprises import (
    EnterpriseClosed,
    EnterpriseRegistered,
    EnterpriseUpdated,
    RegisterStatus,
)
from shared.events.rules import Actor, Moment, WrongState, not_before


def register(
    case: Enterprise | None, wish: Particulars, *, uscc: str, by: Actor, at: Moment
) -> EnterpriseRegistered | EnterpriseUpdated | None:
    """Enter an enterprise with its first site, or change what is said of it; None where nothing changes.

    Raises:
        OutOfScope: the enterprise, its region, or the region it moves to is not the account's.
        WrongState: it has closed.
        NotAccepted: an unknown county or trade, or it begins only in the future.
        TooEarly: the change precedes the registration.
    """
    within(by, uscc, wish.region)
    if case is not None:
        at_work(case, by, "updated")
        if case.particulars == wish:
            return None
        not_before(at, case.registered_at, "the registration")
    check(wish.region, wish.industry, at, active_from=wish.active_from)
    own = case is not None and case.follower() is None
    sites = published.sites(case) if case and own else [published.site(f"{uscc}-1", wish)]
    kind = EnterpriseUpdated if case else EnterpriseRegistered
    return kind(
        enterprise=published.entered(uscc, wish, sites),
        by=by.role,
        clock_skew=at.clock_skew,
        code_lists=versions(SIZED_LISTS),
    )


def close(case: Enterprise | None, *, by: Actor, at: Moment) -> EnterpriseClosed:
    """Record that an enterprise and all of its sites ceased to work.

    Raises:
        OutOfScope: the enterprise is not the account's.
        WrongState: it has closed already.
        TooEarly: before it, or the newest of its sites, was registered.
    """
    case = at_work(case, by, "closed")
    not_before(at, max(site.since for site in case.sites), "the registration of its newest site")
    entry = published.standing(case, map(published.closed, published.sites(case)))
    return EnterpriseClosed(
        enterprise=entry.model_copy(update={"status": RegisterStatus.CLOSED}),
        by=by.role,
        clock_skew=at.clock_skew,
    )


def at_work(case: Enterprise | None, by: Actor, step: str) -> Enterprise:
    """Return the enterprise if the account may change it and it has not closed.

    Raises:
        OutOfScope: the account knows of it by one of its sites only.
        WrongState: it has closed.
    """
    assert case is not None, "the stream refuses what is not there"
    within(by, case.id, case.particulars.region)
    if case.status is not RegisterStatus.ACTIVE:
        raise WrongState(case.status, step)
    return case
