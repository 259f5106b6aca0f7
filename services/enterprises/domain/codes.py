"""Which codes the register takes: a county in force on a day that matters, a trade of the classification."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from services.enterprises.domain.refusals import NotAccepted
from shared.codes import UnknownCode, industries, load, regions
from shared.events.rules import SHANGHAI, Moment

PLACE_LISTS = ("regions", "gb-4754")
SIZED_LISTS = (*PLACE_LISTS, "miit-sizes")


def check(region: str, industry: str, at: Moment, *, active_from: date | None = None) -> None:
    """Refuse what is no county, no trade, or a beginning that is still to come.

    A county counts that is in force when the change happened, when the enterprise began, or today: old
    papers name it as it then was, lists of today as it is now.

    Raises:
        NotAccepted: with each field at fault.
    """
    today = at.recorded_at.astimezone(SHANGHAI).date()
    days = [at.occurred_at.astimezone(SHANGHAI).date(), today, *([active_from] if active_from else [])]
    wrong = {
        "region": _region(region, days),
        "industry": _industry(industry),
        "active_from": "should not lie in the future" if active_from and active_from > today else None,
    }
    if any(wrong.values()):
        raise NotAccepted({name: message for name, message in wrong.items() if message})


def versions(lists: Iterable[str]) -> dict[str, str]:
    """Return the version in use of each of the lists, for the fact that used them."""
    return {name: load(name).version for name in lists}


def _region(code: str, days: Iterable[date]) -> str | None:
    refused: list[str] = []
    for day in days:
        try:
            level = _level(code, day)
        except UnknownCode as error:
            refused.append(str(error))
        else:
            return None if level == "county" else "should be a county, six digits such as 330503"
    return refused[0]


# An import of the nation names its counties on two or three days; of what is refused nothing is kept.
@lru_cache(maxsize=16_384)
def _level(code: str, day: date) -> regions.Level:
    return regions.at(code, day).level


def _industry(code: str) -> str | None:
    try:
        industries.entry(code)
    except UnknownCode as error:
        return str(error)
    return None
