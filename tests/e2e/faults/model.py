"""What must be: every accepted command, told by its answer, and what follows from it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.faults.facts import Fact

# The state that each fact leaves; where an assessment or a reopening leads depends on what was before.
_AFTER = {
    "SuggestionSubmitted": "submitted",
    "SuggestionReviewed": "under_review",
    "SuggestionApproved": "approved",
    "SuggestionRejected": "rejected",
    "SuggestionDeferred": "deferred",
    "SuggestionReconsidered": "under_review",
    "SuggestionStarted": "implementing",
    "SuggestionImplemented": "implemented",
    "SuggestionVerified": "verified",
    "SuggestionWithdrawn": "withdrawn",
    "SuggestionAbandoned": "abandoned",
    "SuggestionMerged": "merged",
    "HazardReported": "reported",
    "HazardAssigned": "assigned",
    "HazardResolved": "resolved",
    "HazardVerified": "verified",
    "HazardDismissed": "dismissed",
    "HazardMerged": "merged",
    "SavingClaimed": "claimed",
    "SavingVerified": "verified",
    "SavingRejected": "rejected",
    "EnterpriseRegistered": "active",
    "EnterpriseUpdated": "active",
    "EnterpriseClosed": "closed",
}


@dataclass(slots=True)
class Case:
    """One case: what happened to it, and by which keys it was asked for, in order."""

    kind: str
    facts: list[Fact] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Where it stands."""
        last = self.facts[-1].type
        if last in {"HazardAssessed", "HazardReopened"}:
            owned = any(fact.type == "HazardAssigned" for fact in self.facts)
            return "assigned" if owned else "assessed"
        return _AFTER[last]


@dataclass(slots=True)
class Model:
    """All cases of a run, and the answers that were not what they had to be."""

    cases: dict[str, Case] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def accept(self, kind: str, case: str, key: str, fact: Fact, answer: dict[str, Any]) -> None:
        """Take in a command that was accepted; its answer has to tell of the case as it is now."""
        known = self.cases.setdefault(case, Case(kind))
        known.facts.append(fact)
        known.keys.append(key)
        expected = (len(known.facts), known.status)
        if (answer["version"], answer["status"]) != expected:
            self.wrong.append(
                f"{case} was answered as {answer['version']}, {answer['status']}: not {expected}"
            )

    def histories(self, *, area: str = "CN") -> Iterator[list[Fact]]:
        """Yield the history of each case that is counted in an area."""
        for case in self.cases.values():
            if area == "CN" or case.facts[0].region.startswith(area):
                yield case.facts

    def by_enterprise(self) -> dict[str, list[list[Fact]]]:
        """Return the histories of each enterprise."""
        found: defaultdict[str, list[list[Fact]]] = defaultdict(list)
        for case in self.cases.values():
            found[case.facts[0].enterprise].append(case.facts)
        return dict(found)

    def commands(self) -> int:
        """Return how many commands were accepted."""
        return sum(len(case.facts) for case in self.cases.values())
