"""The AsyncAPI 3.0 document of a service: its topics, the envelope in the headers, the data of each event.

Written from the registry. FastStream's own document knows one payload per channel, neither headers nor keys,
nothing of what a subscriber of raw records takes, and it names the brokers: little of it would be left.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from shared.events.base import Fact
from shared.events.registry import facts_of
from shared.events.topology import SERVICES

Json = dict[str, Any]

_BINDING = "0.5.0"  # of AsyncAPI's Kafka bindings
_TIME: Json = {"type": "string", "format": "date-time"}

# Every header of wire.py; ce_type and ce_dataschema are fixed by each message.
HEADERS: dict[str, Json] = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {
        "type": "string",
        "description": "<ce_subject>:<ce_sequence>, the identity of the event for ever",
    },
    "ce_type": {"type": "string", "description": "the fact"},
    "ce_source": {"type": "string", "description": "/nanxun/<topic>"},
    "ce_subject": {"type": "string", "maxLength": 64, "description": "id of the case or of the enterprise"},
    "ce_time": {**_TIME, "description": "when it happened"},
    "ce_dataschema": {"type": "string", "description": "/schemas/<type>/<major>"},
    "ce_sequence": {
        "type": "string",
        "pattern": "^[1-9][0-9]{0,8}$",
        "description": "version that the event gave its case",
    },
    "ce_partitionkey": {"type": "string", "description": "the record's key"},
    "ce_recordedtime": {**_TIME, "description": "when we learnt of it"},
    "content-type": {"const": "application/json"},
    "traceparent": {"type": "string", "description": "W3C trace context of the request that caused it"},
}
OPTIONAL_HEADERS = frozenset({"traceparent"})


class Untitled(GenerateJsonSchema):
    """Leaves out the titles of fields: they would only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic asks per field
        """Never."""
        return False


def document(service: str) -> Json:
    """Return what ``service`` sends and receives."""
    bus = SERVICES[service]
    topics = sorted({*bus.publishes, *bus.follows})
    facts = [fact for topic in topics for fact in facts_of(topic)]
    _, payloads = models_json_schema(
        [(fact, "serialization") for fact in facts],
        ref_template="#/components/schemas/{model}",
        schema_generator=Untitled,
    )
    actions = [("send", topic) for topic in bus.publishes] + [("receive", topic) for topic in bus.follows]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Nanxun {service}",
            # Of the envelope; the contracts of the events have their own majors.
            "version": "1",
            "description": "CloudEvents 1.0 in Kafka's binary mode; docs/events.md says what holds for all.",
        },
        "defaultContentType": "application/json",
        "channels": {topic: _channel(topic) for topic in topics},
        "operations": {
            f"{action}-{topic}": {"action": action, "channel": {"$ref": f"#/channels/{topic}"}}
            for action, topic in actions
        },
        "components": {
            "messages": {fact.__name__: _message(fact) for fact in facts},
            "schemas": {"Envelope": _envelope(), **payloads["$defs"]},
        },
    }


def _channel(topic: str) -> Json:
    return {
        "address": topic,
        "description": "Keyed by enterprise; the events of one case are in order. Kept without limit.",
        "messages": {
            fact.__name__: {"$ref": f"#/components/messages/{fact.__name__}"} for fact in facts_of(topic)
        },
        "bindings": {"kafka": {"topic": topic, "bindingVersion": _BINDING}},
    }


def _message(fact: type[Fact]) -> Json:
    fixed = {"ce_type": fact.__name__, "ce_dataschema": f"/schemas/{fact.__name__}/{fact.major}"}
    key = {"type": "string", "description": "the enterprise: Unified Social Credit Code, GB 32100-2015"}
    return {
        "name": fact.__name__,
        "title": fact.__name__,
        "summary": fact.__doc__,
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "allOf": [{"$ref": "#/components/schemas/Envelope"}],
            "properties": {name: {"const": value} for name, value in fixed.items()},
        },
        "payload": {"$ref": f"#/components/schemas/{fact.__name__}"},
        "bindings": {"kafka": {"key": key, "bindingVersion": _BINDING}},
    }


def _envelope() -> Json:
    return {
        "type": "object",
        "description": "The CloudEvents attributes, as UTF-8; more may be added.",
        "properties": HEADERS,
        "required": sorted(HEADERS.keys() - OPTIONAL_HEADERS),
    }
