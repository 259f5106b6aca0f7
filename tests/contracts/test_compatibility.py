"""The compatibility check refuses what breaks a reader and allows what does not, however deep it sits."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from shared.events import FACTS
from shared.events.export import schema
from tests.contracts.compatibility import KEYWORDS, Schema, broken

FORWARD = "a consumer of the old contract cannot read new events"
BACKWARD = "a consumer of the new contract cannot read old events"
FEN = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}

OLD: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/LampReplaced/1",
    "title": "LampReplaced",
    "description": "A lamp was replaced.",
    "type": "object",
    "properties": {
        "lamp": {"$ref": "#/$defs/Lamp"},
        "cost": FEN,
        "on": {"type": "string", "format": "date"},
        "budget": {"anyOf": [FEN, {"type": "null"}]},
        "spares": {"type": "array", "items": {"$ref": "#/$defs/Lamp"}, "default": []},
        "lists": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["lamp", "cost", "on", "budget"],
    "$defs": {
        "Lamp": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "kind": {"$ref": "#/$defs/Kind"}},
            "required": ["id", "kind"],
        },
        "Kind": {"type": "string", "enum": ["led", "tube"]},
    },
}

Change = Callable[[Schema], object]


def field(name: str, **value: Any) -> Change:
    return lambda event: event["properties"].update({name: value})


def lamp(name: str, **value: Any) -> Change:
    return lambda event: event["$defs"]["Lamp"]["properties"].update({name: value})


def remove(name: str) -> Change:
    def change(event: Schema) -> None:
        del event["properties"][name]
        event["required"] = [other for other in event["required"] if other != name]

    return change


def require(name: str, where: Callable[[Schema], Schema] = lambda event: event) -> Change:
    def change(event: Schema) -> None:
        where(event)["properties"].setdefault(name, {"type": "string"})
        where(event)["required"].append(name)

    return change


def remove_from_lamp(event: Schema) -> None:
    del event["$defs"]["Lamp"]["properties"]["kind"]
    event["$defs"]["Lamp"]["required"] = ["id"]


REFUSED: dict[str, tuple[Change, list[str]]] = {
    "a removed field": (remove("cost"), [FORWARD, BACKWARD]),
    "a removed optional field": (remove("spares"), [FORWARD, BACKWARD]),
    "a removed field of a part": (remove_from_lamp, [FORWARD, BACKWARD]),
    "a field that may now be missing": (lambda event: event["required"].remove("cost"), [FORWARD]),
    "a new required field": (require("place"), [BACKWARD]),
    "a new required field of a part": (require("place", lambda event: event["$defs"]["Lamp"]), [BACKWARD]),
    "an optional field that is now required": (require("spares"), [BACKWARD]),
    "a changed type": (field("cost", type="string"), [FORWARD, BACKWARD]),
    "a changed type of a part": (lamp("id", type="integer"), [FORWARD, BACKWARD]),
    "a changed type in a list": (
        field("spares", type="array", items={"type": "string"}, default=[]),
        [FORWARD, BACKWARD],
    ),
    "a changed type in a map": (
        field("lists", type="object", additionalProperties={"type": "integer"}),
        [FORWARD, BACKWARD],
    ),
    "a wider number": (field("cost", **{**FEN, "type": "number"}), [FORWARD]),
    "a higher limit": (field("cost", type="integer", minimum=0), [FORWARD]),
    "a lower limit": (field("cost", **{**FEN, "maximum": 10}), [BACKWARD]),
    "a value that may now be null": (field("cost", anyOf=[FEN, {"type": "null"}]), [FORWARD]),
    "a value that may no longer be null": (field("budget", **FEN), [BACKWARD]),
    "a new enum value": (lambda event: event["$defs"]["Kind"]["enum"].append("neon"), [FORWARD]),
    "a removed enum value": (lambda event: event["$defs"]["Kind"]["enum"].remove("tube"), [BACKWARD]),
    "an enum that is now any text": (lamp("kind", type="string"), [FORWARD]),
    "another format": (
        field("on", type="string", format="date-time"),
        ["event.on has another format or default"],
    ),
    "no format": (field("on", type="string"), ["event.on has another format or default"]),
    "another default": (
        field("spares", type="array", items={"$ref": "#/$defs/Lamp"}, default=[{"id": "1", "kind": "led"}]),
        ["event.spares has another format or default"],
    ),
    "a keyword that is not known": (
        lamp("id", type="string", pattern="^[a-z]+$"),
        ["the keyword pattern cannot be judged"],
    ),
}

ALLOWED: dict[str, Change] = {
    "nothing changed": lambda _event: None,
    "a new optional field": field("place", type="string", default="hall"),
    "a new optional part": field("place", anyOf=[{"$ref": "#/$defs/Lamp"}, {"type": "null"}], default=None),
    "a new optional field of a part": lamp("watts", type="integer"),
    "other words": lambda event: event.update(description="A lamp gave way to another."),
}


def changed(change: Change) -> Schema:
    event = deepcopy(OLD)
    change(event)
    return event


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.promise(6)
def test_a_change_that_breaks_a_reader_is_refused(name: str) -> None:
    change, reasons = REFUSED[name]

    assert broken(OLD, changed(change)) == reasons


@pytest.mark.parametrize("name", ALLOWED)
def test_a_change_that_breaks_nobody_is_allowed(name: str) -> None:
    assert broken(OLD, changed(ALLOWED[name])) == []


@pytest.mark.parametrize("name", FACTS)
def test_every_real_contract_can_be_judged(name: str) -> None:
    real = schema(FACTS[name])

    assert broken(real, real) == []
    assert broken(real, {**real, "required": [*real["required"], "clock_skew"]}) == [BACKWARD]


def test_every_keyword_that_is_allowed_has_been_tried() -> None:
    tried = repr(OLD) + repr([changed(change) for change, _ in REFUSED.values()])

    assert all(repr(keyword) in tried for keyword in KEYWORDS)
