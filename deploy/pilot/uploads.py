"""How forms reach the platform: most at once, some days later in another order, some twice."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from deploy.pilot.case import Request
from deploy.pilot.workdays import at, dice, workdays

# One shop a week without a signal, in each factory; most of what is written there waits.
_SILENT_DAYS, _WAITS = 0.14, 0.8
_TWICE_AT_ONCE, _AGAIN_LATER = 0.04, 0.02
# What people do on a phone out on the floor; the rest is done in the office.
_ON_THE_FLOOR = {None, "resolve", "start", "implement", "withdraw"}
_MOMENT = timedelta(seconds=1)


def uploads(seed: object, requests: Iterable[Request]) -> tuple[Request, ...]:
    """Return everything in the order in which it is sent, repeats included.

    What a request needs is always sent before it: the step before, and the cases that it names.
    """
    sent: dict[tuple[str, int], datetime] = {}
    found: list[Request] = []
    for request in sorted(requests, key=lambda each: (each.occurred_at, each.case, each.step)):
        needs = [(name, 0) for name in request.links.values()]
        if request.step:
            needs.append((request.case, request.step - 1))
        earliest = max((sent[need] for need in needs), default=request.occurred_at - _MOMENT) + _MOMENT
        moved = replace(request, sent_at=max(_upload(seed, request), earliest))
        sent[moved.case, moved.step] = moved.sent_at
        found += [moved, *_copies(seed, moved)]
    return tuple(sorted(found, key=lambda each: (each.sent_at, each.case, each.step, each.copy)))


def _upload(seed: object, request: Request) -> datetime:
    day = request.occurred_at.date()
    silent = dice(seed, "silent", request.factory.slug, day)
    if request.action not in _ON_THE_FLOOR or silent.random() >= _SILENT_DAYS:
        return request.occurred_at
    chance = dice(seed, "waits", request.case, request.step)
    if chance.random() >= _WAITS:
        return request.occurred_at
    following = [later for later in workdays() if later > day][: silent.randint(1, 3)]
    # What was written after the last working day goes out on the Monday after it.
    back = following[-1] if following else day + timedelta(days=3)
    # Before the shift, in whatever order the phone takes them.
    return at(back, 460, seconds=chance.randrange(600))


def _copies(seed: object, request: Request) -> Iterator[Request]:
    chance = dice(seed, "copies", request.case, request.step)
    draw = chance.random()
    if draw < _TWICE_AT_ONCE:
        # A double tap.
        yield replace(request, copy=1)
    elif draw < _TWICE_AT_ONCE + _AGAIN_LATER:
        # A phone that never saw the answer.
        yield replace(request, copy=1, sent_at=request.sent_at + timedelta(hours=chance.randint(15, 140)))
