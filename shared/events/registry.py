"""Which facts exist, by name and by topic: the one place where a new event is announced."""

from typing import get_args

from shared.events.base import Fact
from shared.events.enterprises import AnyEnterpriseFact
from shared.events.hazards import AnyHazardFact
from shared.events.savings import AnySavingFact
from shared.events.suggestions import AnySuggestionFact

AnyFact = AnyEnterpriseFact | AnySuggestionFact | AnySavingFact | AnyHazardFact

FACTS: dict[str, type[Fact]] = {fact.__name__: fact for fact in get_args(AnyFact)}
TOPICS: tuple[str, ...] = tuple(sorted({fact.kafka_topic for fact in FACTS.values()}))


def facts_of(topic: str) -> tuple[type[Fact], ...]:
    """The facts that are published to ``topic``, by name."""
    return tuple(fact for _, fact in sorted(FACTS.items()) if fact.kafka_topic == topic)
