"""Any event, to the case that it belongs to and to its effects on the figures."""

from typing import cast

from services.reporting.domain import enterprises, hazards, savings, suggestions
from services.reporting.domain.cells import Effect
from services.reporting.domain.enterprises import EnterpriseCase
from services.reporting.domain.hazards import HazardCase
from services.reporting.domain.savings import SavingCase
from services.reporting.domain.suggestions import SuggestionCase
from shared.events.base import Fact, Recorded
from shared.events.enterprises import AnyEnterpriseFact, EnterpriseFact
from shared.events.hazards import AnyHazardFact, HazardFact
from shared.events.savings import AnySavingFact, SavingFact
from shared.events.suggestions import AnySuggestionFact, SuggestionFact

Case = EnterpriseCase | HazardCase | SavingCase | SuggestionCase


def fold(case: Case | None, event: Recorded[Fact]) -> tuple[Case, tuple[Effect, ...]]:
    """Return the case after ``event`` and what the event does to the figures.

    Raises:
        ValueError: the event is not the first of its case, and the first was never seen.
        TypeError: it is of a kind that has no figures.
    """
    match event.fact:
        case HazardFact():
            return _one(
                hazards.follow(cast("HazardCase | None", case), cast("Recorded[AnyHazardFact]", event))
            )
        case SuggestionFact():
            return _one(
                suggestions.follow(
                    cast("SuggestionCase | None", case), cast("Recorded[AnySuggestionFact]", event)
                )
            )
        case SavingFact():
            return _one(
                savings.follow(cast("SavingCase | None", case), cast("Recorded[AnySavingFact]", event))
            )
        case EnterpriseFact():
            return enterprises.follow(
                cast("EnterpriseCase | None", case), cast("Recorded[AnyEnterpriseFact]", event)
            )
        case _:
            raise TypeError(f"{event.type} has no figures")


def _one(followed: tuple[Case, Effect]) -> tuple[Case, tuple[Effect, ...]]:
    after, effect = followed
    return after, (effect,)
