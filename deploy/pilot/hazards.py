"""What becomes of a hazard: resolved on the spot or by plan, dismissed, merged, or back again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from deploy.pilot import texts
from deploy.pilot.case import Case
from deploy.pilot.factories import INSPECTOR, Factory, Person
from deploy.pilot.texts import Danger
from deploy.pilot.workdays import after, in_time

Fate = Literal["resolved", "returned", "open", "reopened", "dismissed", "merged"]
# One in six needs no plan: somebody puts the cover back.
_ON_THE_SPOT = 0.17
_ANONYMOUS, _UNCLASSIFIED = 0.15, 0.2
_ASSESSED, _ASSIGNED, _VERIFIED = 0.6, 0.8, 0.92
_FAILED = 0.6
# Of a hundred reports; the inspector's advice is a share of the whole that shows and does not govern.
_SOURCES = {"worker": 58, "self_audit": 20, "team": 15, "manager": 4, "inspector": 3}
_COSTS = (0, 0, 0, 40, 120, 300, 800, 2_400)
_REASONS = ("not_a_hazard", "not_a_hazard", "test", "other_site")


def hazard(case: Case, reported: datetime, fate: Fate, earlier: Sequence[Case]) -> Case:
    """Fill the case so that it ends as ``fate`` says when the six months are over.

    Args:
        case: an empty one.
        reported: when.
        fate: resolved at once or after it had returned; still open, or open again; dismissed or merged.
        earlier: hazards of the factory that another may be merged into.
    """
    chance = case.chance
    found = texts.danger(chance, case.factory)
    spot = fate == "resolved" and chance.random() < _ON_THE_SPOT
    classified = spot or chance.random() >= _UNCLASSIFIED
    _report(case, reported, found, classified=classified)
    member = case.factory.member(chance.randrange(9))
    match fate:
        case "dismissed":
            then = in_time(chance, reported, 0, 3)
            case.add("dismiss", member, then, {"reason": chance.choice(_REASONS)})
        case "merged":
            then = in_time(chance, reported, 0, 3)
            case.add("merge", member, then, links={"into": chance.choice(earlier).name})
        case "open":
            _prepare(case, found, classified=classified, sure=False)
        case "resolved" | "returned" | "reopened":
            if not spot:
                _prepare(case, found, classified=classified, sure=True)
            _resolve(case, found, (0, 0) if spot else (1, 12))
            if fate == "resolved":
                _verify(case)
            else:
                _return(case)
            if fate == "returned":
                _resolve(case, found, (1, 8))
                _verify(case)
    return case


def _report(case: Case, reported: datetime, found: Danger, *, classified: bool) -> None:
    chance, factory = case.chance, case.factory
    source = chance.choices(list(_SOURCES), list(_SOURCES.values()))[0]
    by = _finder(factory, source, chance.random())
    anonymous = source == "worker" and chance.random() < _ANONYMOUS
    body: dict[str, Any] = {
        "site": factory.site,
        "category": found.category if classified else None,
        "source": source,
        "description": found.text,
        "place": texts.place(chance, factory),
        "submitted_as": "anonymous" if anonymous else "named",
    }
    case.add(None, by, reported, body)


def _finder(factory: Factory, source: str, who: float) -> Person:
    match source:
        case "inspector":
            return INSPECTOR
        case "manager":
            return factory.manager(1)
        case "team":
            return factory.member(int(who * 10))
        case _:
            return factory.worker(int(factory.employees * who**1.4))


def _prepare(case: Case, found: Danger, *, classified: bool, sure: bool) -> None:
    """Score and assign it; ``sure`` where the time before the end has to suffice for more."""
    chance, factory = case.chance, case.factory
    step = in_time if sure else after
    if not classified or chance.random() < _ASSESSED:
        then = step(chance, case.last, 0, 2)
        if then is None:
            return
        factors = zip(("likelihood", "exposure", "consequence"), found.score, strict=True)
        said = {"method": "LEC", "category": found.category, "may_cause": [found.cause], **dict(factors)}
        case.add("assess", factory.member(chance.randrange(10)), then, said)
    if chance.random() < _ASSIGNED and (then := step(chance, case.last, 0, 2)) is not None:
        due = (then + timedelta(days=chance.randint(3, 30))).date().isoformat()
        case.add("assign", factory.manager(), then, {"owner": texts.post(chance), "due": due})


def _resolve(case: Case, found: Danger, days: tuple[int, int]) -> None:
    chance, factory = case.chance, case.factory
    then = in_time(chance, case.last, *days)
    by = factory.worker(chance.randrange(90)) if days == (0, 0) else factory.member(chance.randrange(10))
    controls = [{"rank": found.control, "description": found.fix}]
    case.add("resolve", by, then, {"controls": controls, "cost_fen": chance.choice(_COSTS) * 100})


def _verify(case: Case) -> None:
    """Let a manager confirm it, who never is the one who resolved it."""
    chance = case.chance
    if chance.random() < _VERIFIED and (then := after(chance, case.last, 1, 5)) is not None:
        case.add("verify", case.factory.manager(chance.randrange(2)), then)


def _return(case: Case) -> None:
    chance, factory = case.chance, case.factory
    if chance.random() < _FAILED:
        kind, why, days = "failed_verification", "复查不合格 / It did not hold when looked at again", (1, 4)
    else:
        kind, why, days = "recurrence", "又出现了 / It has come back", (8, 18)
        case.add("verify", factory.manager(1), in_time(chance, case.last, 1, 3))
    then = in_time(chance, case.last, *days)
    case.add("reopen", factory.member(chance.randrange(10)), then, {"kind": kind, "reason": why})
