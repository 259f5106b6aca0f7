"""What the people of the replay write: in Chinese and English, about their own shops and machines."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from deploy.pilot.factories import Factory
from shared.events.savings import SavingCategory
from shared.events.suggestions import SuggestionTopic

# All kinds of workplace issues, not only safety: how many of a hundred suggestions are about each.
_TOPICS = {"safety": 26, "health": 11, "productivity": 22, "quality": 14, "resources": 11, "people": 7}
_TOPICS |= {"welfare": 6, "other": 3}
# The source names health care and production; the rest is how the platform would have them told apart.
_CATEGORIES = {"production": 34, "scrap_quality": 20, "energy_material": 16, "downtime": 14, "healthcare": 11}
_CATEGORIES |= {"other": 5}


@dataclass(frozen=True, slots=True)
class Danger:
    """A hazard as its finder and its assessor see it, and the control that is put in place.

    Attributes:
        category: GB/T 13861-2022 code.
        cause: GB/T 6441-1986 code of the accident it may cause.
        score: likelihood, exposure and consequence, LEC.
    """

    category: str
    cause: str
    score: tuple[str, str, str]
    text: str
    control: str
    fix: str


@cache
def _written() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path(__file__).with_name("texts.json").read_text(encoding="utf-8"))
    return read


def idea(chance: Random, factory: Factory) -> tuple[SuggestionTopic, str]:
    """Return a suggestion: its topic and its text."""
    topic = chance.choices(list(_TOPICS), list(_TOPICS.values()))[0]
    return SuggestionTopic(topic), _about(chance, factory, *chance.choice(_written()["suggestions"][topic]))


def danger(chance: Random, factory: Factory) -> Danger:
    """Return a hazard."""
    *codes, zh, en, control, fix_zh, fix_en = chance.choice(_written()["hazards"])
    category, cause, *score = codes
    text = _about(chance, factory, zh, en)
    return Danger(category, cause, (score[0], score[1], score[2]), text, control, f"{fix_zh} / {fix_en}")


def gain(chance: Random) -> tuple[SavingCategory, str]:
    """Return where money was saved, and how that was worked out."""
    category = chance.choices(list(_CATEGORIES), list(_CATEGORIES.values()))[0]
    return SavingCategory(category), " / ".join(_written()["savings"][category])


def reason(chance: Random) -> str:
    """Return why something is not done, or not now."""
    return " / ".join(chance.choice(_written()["reasons"]))


def post(chance: Random) -> str:
    """Return who is to see to it, by post."""
    return " / ".join(chance.choice(_written()["posts"]))


def place(chance: Random, factory: Factory) -> str:
    """Return a place in the factory."""
    return " / ".join(chance.choice(factory.places))


def _about(chance: Random, factory: Factory, zh: str, en: str) -> str:
    place_zh, place_en = chance.choice(factory.places)
    machine_zh, machine_en = chance.choice(factory.machines)
    chinese = zh.format(place=place_zh, machine=machine_zh)
    return f"{chinese} / {en.format(place=place_en, machine=machine_en)}"
