"""What the report has to say of a plan: the definitions of the figures, counted by hand from what is sent."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from deploy.pilot.case import Kind, Request
from shared.events.rules import month

Figures = Counter[str]
#: By enterprise and month, YYYYMM.
Tally = Mapping[tuple[str, int], Figures]

# What each step adds to the month in which it happened, and nothing ever takes back.
_FLOWS: Mapping[tuple[Kind, str | None], str] = {
    ("suggestions", None): "suggestions_submitted",
    ("suggestions", "review"): "suggestions_reviewed",
    ("suggestions", "approve"): "suggestions_approved",
    ("suggestions", "reject"): "suggestions_rejected",
    ("suggestions", "defer"): "suggestions_deferred",
    ("suggestions", "merge"): "suggestions_merged",
    ("suggestions", "withdraw"): "suggestions_withdrawn",
    ("suggestions", "abandon"): "suggestions_abandoned",
    ("hazards", None): "hazards_reported",
    ("hazards", "resolve"): "hazards_resolutions",
    ("hazards", "reopen"): "hazards_reopened",
    ("hazards", "dismiss"): "hazards_dismissed",
    ("hazards", "merge"): "hazards_merged",
}
# Where a case stands, by the month in which it last came there: the figure, the step that leads there, the
# steps by which it leaves again.
_STATES: Mapping[Kind, tuple[tuple[str, str, str | None], ...]] = {
    "suggestions": (("suggestions_implemented", "implement", None), ("suggestions_verified", "verify", None)),
    "hazards": (("hazards_resolved", "resolve", "reopen"), ("hazards_verified", "verify", "reopen")),
}


def tally(requests: Iterable[Request]) -> Tally:
    """Count what was sent, each form once."""
    cases: defaultdict[str, list[Request]] = defaultdict(list)
    for request in requests:
        if not request.copy and request.kind != "enterprises":
            cases[request.case].append(request)
    found: defaultdict[tuple[str, int], Figures] = defaultdict(Counter)
    for steps in cases.values():
        steps.sort(key=lambda each: each.step)
        uscc = steps[0].factory.uscc
        for (when, figure), count in _case(steps).items():
            found[uscc, when][figure] += count
    return dict(found)


def _case(steps: list[Request]) -> Counter[tuple[int, str]]:
    if steps[0].kind == "savings":
        return _saving(steps)
    counted: Counter[tuple[int, str]] = Counter()
    for step in steps:
        if figure := _FLOWS.get((step.kind, step.action)):
            counted[month(step.occurred_at), figure] += 1
    if steps[0].body.get("category", "") is None:
        counted[month(steps[0].occurred_at), "hazards_unclassified"] += 1
    for figure, enters, leaves in _STATES[steps[0].kind]:
        turns = [step for step in steps if step.action in {enters, leaves}]
        if turns and turns[-1].action == enters:
            counted[month(turns[-1].occurred_at), figure] += 1
    return counted


def _saving(steps: list[Request]) -> Counter[tuple[int, str]]:
    last = date.fromisoformat(steps[0].body["period"]["to"])
    when = last.year * 100 + last.month
    counted = Counter({(when, "savings_claimed_fen"): steps[0].body["amount_fen"]})
    if steps[-1].action == "verify":
        counted[when, "savings_verified_fen"] = steps[-1].body["amount_fen"]
    return counted
