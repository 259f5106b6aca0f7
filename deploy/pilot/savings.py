"""What improvements saved: claimed by the team for days that are over, then confirmed, cut or refused."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from deploy.pilot import texts
from deploy.pilot.case import Case
from deploy.pilot.workdays import FIRST, after

# How many of a hundred claims name what brought them.
_OF_SUGGESTION, _OF_HAZARD = 0.65, 0.12
# Time to show itself in the accounts.
_SHOWS = timedelta(days=7)
# Of a hundred; the rest are still to be looked at.
_OUTCOMES = {"confirmed": 62, "cut": 14, "rejected": 8, "pending": 16}


def saving(case: Case, claimed: datetime, amount: int, sources: Sequence[Case]) -> Case:
    """Fill the case: a claim of ``amount`` fen, and who looked at it.

    Args:
        case: an empty one.
        claimed: when.
        amount: in fen.
        sources: the factory's suggestions and hazards, of which some were done by then.
    """
    chance, factory = case.chance, case.factory
    category, method = texts.gain(chance)
    source = _source(case, claimed, sources)
    day = claimed.date()
    since = _done(source).date() if source else FIRST
    last = max(since, day - timedelta(days=chance.randint(1, 5)))
    first = max(since, last - timedelta(days=chance.randint(14, 90)))
    body: dict[str, Any] = {
        "site": factory.site,
        "amount_fen": amount,
        "category": category,
        "method": method,
        "period": _period(first, last),
        "suggestion": None,
        "hazard": None,
    }
    links = {source.kind.removesuffix("s"): source.name} if source else {}
    case.add(None, factory.member(chance.randrange(10)), claimed, body, links)
    _looked_at(case, amount)
    return case


def _source(case: Case, claimed: datetime, sources: Sequence[Case]) -> Case | None:
    draw = case.chance.random()
    if draw > _OF_SUGGESTION + _OF_HAZARD:
        return None
    kind = "suggestions" if draw < _OF_SUGGESTION else "hazards"
    action = "implement" if kind == "suggestions" else "resolve"
    able = [each for each in sources if each.kind == kind and each.did(action)]
    done = [each for each in able if each.happened(action) + _SHOWS < claimed]
    return case.chance.choice(done) if done else None


def _done(source: Case) -> datetime:
    return source.happened("implement" if source.kind == "suggestions" else "resolve")


def _period(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}


def _looked_at(case: Case, amount: int) -> None:
    chance = case.chance
    outcome = chance.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    then = after(chance, case.last, 2, 10)
    if outcome == "pending" or then is None:
        return
    by = case.factory.manager(chance.randrange(2))
    match outcome:
        case "rejected":
            case.add("reject", by, then, {"reason": texts.reason(chance)})
        case "cut":
            # To whole yuan, as the accounts do.
            case.add("verify", by, then, {"amount_fen": int(amount * chance.uniform(0.5, 0.95)) // 100 * 100})
        case _:
            case.add("verify", by, then, {"amount_fen": amount})
