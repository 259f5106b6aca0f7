"""What is found out about a hazard: the report of it, and the assessment of its risk. Pure."""

from collections.abc import Sequence

from services.hazards.domain.access import may_be_told, may_report
from services.hazards.domain.hazard import Hazard
from services.hazards.domain.steps import about, codes_of, open_for
from shared.codes import UnknownCode, accidents, lec, load
from shared.events.base import Site
from shared.events.hazards import HazardAssessed, HazardReported, HazardStatus, Risk, Source
from shared.events.rules import Actor, Invalid, Moment, NoSite
from shared.events.suggestions import SubmittedAs


def report(  # noqa: PLR0913 - what a report says
    by: Actor,
    at: Moment,
    *,
    enterprise: str,
    site: Site | NoSite,
    source: Source,
    category: str | None,
    submitted_as: SubmittedAs,
) -> HazardReported:
    """Record that somebody saw a hazard.

    Args:
        by: who reports.
        at: when it was seen.
        enterprise: whose site is meant.
        site: the site, or why it is not to be had: only a report that is new needs one.
        source: who found it.
        category: GB/T 13861-2022 code, or None.
        submitted_as: whether the reporter may be known here.

    Raises:
        OutOfScope: the actor does not reach the site, or none of those that could be meant.
        Invalid: the category is no code of its list.
        NoSite: the site is unknown, closed, or one of several.
    """
    if isinstance(site, NoSite):
        may_be_told(by, site, enterprise)
        raise site
    may_report(by, site)
    return HazardReported(
        by=by.role,
        clock_skew=at.clock_skew,
        code_lists=codes_of(category),
        site=site,
        before=None,
        after=HazardStatus.REPORTED,
        category=category,
        source=source,
        submitted_as=submitted_as,
    )


def assess(  # noqa: PLR0913 - three values make a score
    hazard: Hazard,
    by: Actor,
    at: Moment,
    *,
    likelihood: str,
    exposure: str,
    consequence: str,
    category: str | None,
    may_cause: Sequence[str],
) -> HazardAssessed:
    """Score the risk by LEC; without a category the hazard keeps the one that it has.

    Raises:
        WrongState: the hazard is not open.
        Invalid: a value is not in its table, or a code not in its list.
    """
    open_for(hazard, at, "assessed")
    category = category or hazard.category
    return HazardAssessed(
        **about(hazard, by, at),
        code_lists=codes_of(category) | _causes(may_cause) | {"lec": load("lec").version},
        # Who owns the removal goes on owning it.
        after=HazardStatus.ASSIGNED if hazard.status is HazardStatus.ASSIGNED else HazardStatus.ASSESSED,
        risk=_scored(likelihood, exposure, consequence),
        category=category,
        may_cause=tuple(may_cause),
    )


def _causes(may_cause: Sequence[str]) -> dict[str, str]:
    """Return the version of the list of accident types, where one is named."""
    for code in may_cause:
        try:
            accidents.entry(code)
        except UnknownCode as error:
            raise Invalid("may_cause", str(error)) from error
    return {"gb-6441": load("gb-6441").version} if may_cause else {}


def _scored(likelihood: str, exposure: str, consequence: str) -> Risk:
    try:
        risk = lec.assess(likelihood, exposure, consequence)
    except lec.UnknownValue as error:
        raise Invalid(error.field, str(error)) from error
    return Risk.model_validate(
        {
            "method": risk.method,
            "likelihood": likelihood,
            "exposure": exposure,
            "consequence": consequence,
            "score": risk.score,
            "class": risk.risk_class,
        }
    )
