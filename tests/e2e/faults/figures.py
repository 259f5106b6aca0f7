"""The figures of docs/figures.md counted by hand, from whole histories, with none of the platform's code."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from tests.e2e.faults.facts import Fact

Figures = dict[str, int | None]
History = Sequence[Fact]

_FLOWS = {
    "SuggestionSubmitted": "suggestions_submitted",
    "SuggestionReviewed": "suggestions_reviewed",
    "SuggestionApproved": "suggestions_approved",
    "SuggestionRejected": "suggestions_rejected",
    "SuggestionDeferred": "suggestions_deferred",
    "SuggestionMerged": "suggestions_merged",
    "SuggestionWithdrawn": "suggestions_withdrawn",
    "SuggestionAbandoned": "suggestions_abandoned",
    "HazardReported": "hazards_reported",
    "HazardResolved": "hazards_resolutions",
    "HazardReopened": "hazards_reopened",
    "HazardDismissed": "hazards_dismissed",
    "HazardMerged": "hazards_merged",
}
_STATES = (
    "suggestions_implemented",
    "suggestions_verified",
    "hazards_resolved",
    "hazards_verified",
)
_MONEY = {"SavingClaimed": "savings_claimed_fen", "SavingVerified": "savings_verified_fen"}
#: What adds up over months and areas.
ADDITIVE = (*_FLOWS.values(), "hazards_unclassified", *_STATES, *_MONEY.values())
_OPENS = {"HazardReported": 1, "HazardReopened": 1}
_CLOSES = {"HazardResolved": -1, "HazardDismissed": -1, "HazardMerged": -1}
_STOCKS = {
    "hazards_open": _OPENS | _CLOSES,
    "enterprises_registered": {"EnterpriseRegistered": 1, "EnterpriseClosed": -1},
}
_TAKES_PART = {"SuggestionSubmitted", "HazardReported"}


def count(histories: Iterable[History], first: int, last: int) -> Figures:
    """Return every figure of the months from ``first`` to ``last`` (YYYYMM) over whole histories."""
    counted: Counter[str] = Counter()
    active: set[str] = set()
    days: list[int] = []
    for history in histories:
        for fact in history:
            for figure, steps in _STOCKS.items():
                counted[figure] += steps.get(fact.type, 0) if fact.month <= last else 0
            if first <= fact.month <= last:
                counted.update(_acts(fact))
                if fact.type in _TAKES_PART:
                    active.add(fact.enterprise)
        for state, entered in _stands(history):
            if first <= entered.month <= last:
                counted[state] += 1
                if state == "hazards_resolved":
                    days.append((entered.at - history[0].at) // timedelta(days=1))
    figures: Figures = {name: counted[name] for name in (*ADDITIVE, *_STOCKS)}
    ranks = {"days_to_resolve_median": _within(days, 50), "days_to_resolve_p95": _within(days, 95)}
    return figures | {"enterprises_reporting": len(active)} | ranks


def _acts(fact: Fact) -> dict[str, int]:
    acts = {_FLOWS[fact.type]: 1} if fact.type in _FLOWS else {}
    if fact.unclassified:
        acts["hazards_unclassified"] = 1
    if fact.type in _MONEY:
        acts[_MONEY[fact.type]] = fact.amount
    return acts


def _stands(history: History) -> Iterator[tuple[str, Fact]]:
    """Yield each state that the case is in now, with what brought it there last."""
    there: dict[str, Fact] = {}
    for fact in history:
        match fact.type:
            case "HazardReopened":
                there.clear()
            case "HazardResolved":
                there["hazards_resolved"] = fact
            case "HazardVerified":
                there["hazards_verified"] = fact
            case "SuggestionImplemented":
                there["suggestions_implemented"] = fact
            case "SuggestionVerified":
                there["suggestions_verified"] = fact
    yield from there.items()


def _within(days: list[int], percent: int) -> int | None:
    """The smallest number of days within which so many of a hundred were resolved."""
    ordered = sorted(days)
    return next((day for n, day in enumerate(ordered, 1) if n * 100 >= len(days) * percent), None)
