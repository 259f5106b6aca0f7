"""When people at the factories work: the days of the six months without weekends and holidays, and shifts."""

from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from shared.events.rules import SHANGHAI

#: The source says "six months" and not which; that it was these is an assumption.
FIRST, LAST = date(2015, 11, 1), date(2016, 4, 30)
#: 2016-02-07 to 13, when nobody works.
SPRING_FESTIVAL = frozenset(date(2016, 2, 7) + timedelta(days=n) for n in range(7))
# New Year's Day and Qingming, as they fell beside weekends; work in lieu on Saturdays is left out.
_HOLIDAYS = SPRING_FESTIVAL | {date(2016, 1, 1), date(2016, 4, 4)}
_SATURDAY = 5
# Minutes of the day, and how many of a hundred forms are written then: most in the day shift, a heap as
# it ends, a few in the evening shift.
_SHIFTS = (((470, 690), 35), ((780, 990), 30), ((990, 1050), 25), ((1080, 1290), 10))


def dice(*names: object) -> Random:
    """Return the chance of one case, the same in every run: what is drawn for one moves no other."""
    return Random("/".join(map(str, names)))  # noqa: S311 - a replay has to be repeatable, not secret


@cache
def workdays() -> tuple[date, ...]:
    """Return the days on which the factories work."""
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    return tuple(day for day in days if day.weekday() < _SATURDAY and day not in _HOLIDAYS)


@cache
def workday(day: date) -> int:
    """Return how many working days lie before ``day``."""
    return sum(each < day for each in workdays())


def at_work(chance: Random, day: date) -> datetime:
    """Return a time of that day's shifts."""
    (first, last), _ = chance.choices(_SHIFTS, [weight for _, weight in _SHIFTS])[0]
    return at(day, first, seconds=chance.randrange((last - first) * 60))


def at(day: date, minute: int, *, seconds: int = 0) -> datetime:
    """Return a time of a day in Nanxun."""
    return datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minute, seconds=seconds)


def after(chance: Random, moment: datetime, least: int, most: int) -> datetime | None:
    """Return a time so many working days later, the same day an hour or two on; None once it is over."""
    days = chance.randint(least, most)
    if days == 0:
        return moment + timedelta(minutes=chance.randint(15, 120))
    index = workday(moment.date() + timedelta(days=1)) + days - 1
    return at_work(chance, workdays()[index]) if index < len(workdays()) else None


def in_time(chance: Random, moment: datetime, least: int, most: int) -> datetime:
    """Return such a time before the six months are over, sooner if there is no other way."""
    left = len(workdays()) - workday(moment.date() + timedelta(days=1))
    found = after(chance, moment, min(least, left), min(most, left))
    assert found is not None, "there were days left"
    return found
