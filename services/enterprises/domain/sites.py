"""The rules of an enterprise's sites, which are numbered 1, 2, 3 … in the order of their registration."""

from services.enterprises.domain import published
from services.enterprises.domain.codes import PLACE_LISTS, check, versions
from services.enterprises.domain.refusals import LastSite, NoSuchSite, NotAccepted
from services.enterprises.domain.rules import at_work
from services.enterprises.domain.scope import within
from services.enterprises.domain.state import Enterprise, SiteParticulars, Workplace
from shared.events.enterprises import RegisterStatus, SiteClosed, SiteRegistered, SiteUpdated
from shared.events.rules import Actor, Moment, WrongState, not_before


def set_site(
    case: Enterprise | None, wish: SiteParticulars, *, number: int, by: Actor, at: Moment
) -> SiteRegistered | SiteUpdated | None:
    """Enter a further site, or change what is said of one; None where nothing changes.

    A site that was described itself no longer follows its enterprise.

    Raises:
        OutOfScope: the enterprise or the site's region is not the account's.
        WrongState: the enterprise or the site has closed.
        NotAccepted: the number is neither a site's nor the next one; an unknown county or trade.
        TooEarly: before the enterprise, or the site, was registered.
    """
    case = at_work(case, by, "updated")
    within(by, case.id, wish.region)
    if number > len(case.sites) + 1:
        raise NotAccepted({"n": f"should be the next number, {len(case.sites) + 1}, or that of a site"})
    known = _open(case, number, "updated") if number <= len(case.sites) else None
    if known and known.own and known.particulars == wish:
        return None
    not_before(at, known.since if known else case.registered_at, "the registration")
    check(wish.region, wish.industry, at)
    sites = published.sites(case)
    sites[number - 1 : number] = [published.site(f"{case.id}-{number}", wish)]
    kind = SiteUpdated if known else SiteRegistered
    return kind(
        enterprise=published.standing(case, sites),
        site=f"{case.id}-{number}",
        by=by.role,
        clock_skew=at.clock_skew,
        code_lists=versions(PLACE_LISTS),
    )


def close_site(case: Enterprise | None, *, number: int, by: Actor, at: Moment) -> SiteClosed:
    """Record that a workplace ceased to work while its enterprise goes on.

    Raises:
        OutOfScope: the enterprise is not the account's.
        NoSuchSite: there is none of that number.
        WrongState: the enterprise or the site has closed already.
        LastSite: no other site is open; close the enterprise instead.
        TooEarly: before the site was registered.
    """
    case = at_work(case, by, "changed")
    if number > len(case.sites):
        raise NoSuchSite("there is no such site")
    site = _open(case, number, "closed")
    if sum(each.status is RegisterStatus.ACTIVE for each in case.sites) == 1:
        raise LastSite("the last open site closes with its enterprise", state=site.status)
    not_before(at, site.since, "the site's registration")
    sites = published.sites(case)
    sites[number - 1] = published.closed(sites[number - 1])
    return SiteClosed(
        enterprise=published.standing(case, sites), site=site.id, by=by.role, clock_skew=at.clock_skew
    )


def _open(case: Enterprise, number: int, step: str) -> Workplace:
    site = case.sites[number - 1]
    if site.status is not RegisterStatus.ACTIVE:
        raise WrongState(site.status, step)
    return site
