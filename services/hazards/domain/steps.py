"""What the steps of a hazard have in common. Pure."""

from typing import Any

from services.hazards.domain.hazard import OPEN, Hazard
from shared.codes import UnknownCode, factors, load
from shared.events.rules import Actor, Invalid, Moment, WrongState, not_before


def open_for(hazard: Hazard, at: Moment, step: str) -> None:
    """Refuse a step that only an open hazard takes, or that would precede its opening.

    Raises:
        WrongState: the hazard is not open.
        TooEarly: it was not open yet.
    """
    if hazard.status not in OPEN:
        raise WrongState(hazard.status, step)
    not_before(at, hazard.since, "the report, or the last reopening,")


def about(hazard: Hazard, by: Actor, at: Moment) -> dict[str, Any]:
    """Return what every fact about ``hazard`` carries."""
    return {"by": by.role, "clock_skew": at.clock_skew, "site": hazard.site, "before": hazard.status}


def codes_of(category: str | None) -> dict[str, str]:
    """Return the version of the list that ``category`` is a code of; none without a category.

    Raises:
        Invalid: it is no code of GB/T 13861.
    """
    if category is None:
        return {}
    try:
        factors.entry(category)
    except UnknownCode as error:
        raise Invalid("category", str(error)) from error
    return {"gb-13861": load("gb-13861").version}
