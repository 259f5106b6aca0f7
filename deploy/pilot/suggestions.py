"""What becomes of a suggestion: the team's joint review, a manager's decision, the work, a second look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from deploy.pilot import texts
from deploy.pilot.case import Case
from deploy.pilot.factories import TEAM_MANAGERS, TEAM_WORKERS, Factory
from deploy.pilot.workdays import after, at, at_work, workdays

Fate = Literal["approved", "rejected", "deferred", "withdrawn", "merged"]
# Of a hundred. The source says that most were taken up and not how many; these are ours.
_FATES: dict[Fate, int] = {"approved": 68, "rejected": 17, "deferred": 9, "withdrawn": 3, "merged": 3}
_ANONYMOUS = 0.12
_STARTED, _ABANDONED = 0.25, 0.04
_RECONSIDERED, _TAKEN_UP = 0.15, 0.5
# What an improvement may cost, in whole yuan; most cost a day's work.
_COSTS = (0, 0, 80, 150, 320, 600, 1_200, 3_500, 8_000)


def suggestion(case: Case, submitted: datetime, earlier: Sequence[Case]) -> Case:
    """Fill the case with what happens to it until the six months are over.

    Args:
        case: an empty one.
        submitted: when.
        earlier: suggestions of the factory that another may be merged into.
    """
    chance = case.chance
    fate = chance.choices(list(_FATES), list(_FATES.values()))[0]
    _submit(case, submitted, anonymous=fate != "withdrawn" and chance.random() < _ANONYMOUS)
    match fate:
        case "withdrawn":
            if (then := after(chance, submitted, 0, 2)) is not None:
                case.add("withdraw", case.requests[0].by, then)
        case "merged":
            then = after(chance, submitted, 1, 4)
            if then is not None and earlier:
                member = case.factory.member(chance.randrange(9))
                case.add("merge", member, then, links={"into": chance.choice(earlier).name})
        case "rejected":
            _rejected(case)
        case "deferred":
            _deferred(case)
        case "approved":
            if _reviewed(case, "approve"):
                _approved(case)
    return case


def _submit(case: Case, submitted: datetime, *, anonymous: bool) -> None:
    chance, factory = case.chance, case.factory
    topic, text = texts.idea(chance, factory)
    # Some have many ideas, most have one or two.
    author = factory.worker(int(factory.employees * chance.random() ** 1.7))
    body: dict[str, Any] = {
        "site": factory.site,
        "topic": topic,
        "text": text,
        "place": texts.place(chance, factory),
        "submitted_as": "anonymous" if anonymous else "named",
    }
    case.add(None, author, submitted, body)


def _meeting(chance: Random, factory: Factory, since: datetime) -> datetime | None:
    """Return a time in the next weekly meeting of the team, in the afternoon."""
    day = next((d for d in workdays() if d > since.date() and d.weekday() == factory.meets), None)
    return None if day is None else at(day, 900, seconds=chance.randrange(5_400))


def _reviewed(case: Case, recommendation: str) -> bool:
    then = _meeting(case.chance, case.factory, case.last)
    if then is None:
        return False
    present = {
        "workers": case.chance.randint(3, TEAM_WORKERS),
        "managers": case.chance.randint(1, TEAM_MANAGERS),
    }
    body = {"recommendation": recommendation, "present": present}
    case.add("review", case.factory.member(case.chance.randrange(10)), then, body)
    return True


def _decided(case: Case, action: str, least: int, most: int, **body: Any) -> bool:
    then = after(case.chance, case.last, least, most)
    if then is None:
        return False
    case.add(action, case.factory.manager(case.chance.randrange(2)), then, body)
    return True


def _rejected(case: Case) -> None:
    # Now and then a manager does not follow the team.
    recommendation = "reject" if case.chance.random() < 0.85 else "approve"  # noqa: PLR2004 - said above
    if not _reviewed(case, recommendation):
        return
    if not _decided(case, "reject", 0, 3, reason=texts.reason(case.chance)):
        return
    if case.chance.random() < _RECONSIDERED and _decided(case, "reconsider", 5, 15):
        _approved(case)


def _deferred(case: Case) -> None:
    if not _reviewed(case, "defer"):
        return
    until = (case.last + timedelta(days=case.chance.randint(21, 75))).date()
    if not _decided(case, "defer", 0, 1, until=until.isoformat(), reason=texts.reason(case.chance)):
        return
    # On its day it is under review again by itself.
    due = next((day for day in workdays() if day > until), None)
    if due is not None and case.chance.random() < _TAKEN_UP:
        _approved(case, at_work(case.chance, due))


def _approved(case: Case, then: datetime | None = None) -> None:
    chance, factory = case.chance, case.factory
    then = then or after(chance, case.last, 0, 3)
    if then is None:
        return
    cost = chance.choice(_COSTS) * 100
    due = (then + timedelta(days=chance.randint(10, 45))).date().isoformat()
    order = {"owner": texts.post(chance), "due": due, "budget_fen": cost}
    case.add("approve", factory.manager(chance.randrange(2)), then, order)
    doer = chance.randrange(9)
    if chance.random() < _STARTED and (began := after(chance, case.last, 1, 5)) is not None:
        case.add("start", factory.member(doer), began)
    if chance.random() < _ABANDONED:
        _decided(case, "abandon", 5, 20, reason=texts.reason(chance))
        return
    if (done := after(chance, case.last, 2, 18)) is None:
        return
    description = f"已完成 / Done: {texts.place(chance, factory)}"
    case.add("implement", factory.member(doer), done, {"description": description, "cost_fen": cost})
    if (seen := after(chance, done, 2, 8)) is not None:
        # Somebody else of the team.
        case.add("verify", factory.member(doer + 1), seen)
