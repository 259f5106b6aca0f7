"""Whether a changed schema breaks a promise: what ``docs/events.md`` says on versions, told of two schemas.

jsoncompat judges structure. What it passes over is judged here: formats, defaults, keywords it does not know.
"""

import json
from collections.abc import Iterator
from typing import Any, Literal

import jsoncompat

Schema = dict[str, Any]

# What our schemas are made of. Another keyword is first tried in test_compatibility.py, then added here:
# jsoncompat lets a change of one that it does not know ("pattern") pass.
KEYWORDS = frozenset(
    {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required", "enum"}
    | {"items", "anyOf", "additionalProperties", "minimum", "maximum", "format", "default"}
)
# Neither may change: to a reader it would be another type, or another reading of an old event.
_FIXED = ("format", "default")


def broken(old: Schema, new: Schema) -> list[str]:
    """Return what ``new`` breaks for those who read or kept what ``old`` describes; empty if nothing."""
    found = [f"the keyword {name} cannot be judged" for name in sorted(_keywords(new) - KEYWORDS)]
    if not _judge(old, new, "serializer"):
        found.append("a consumer of the old contract cannot read new events")
    # An open schema allows an old event to have anything under a new name; in truth, it had nothing there.
    if not _judge(_closed(old), _closed(new), "deserializer"):
        found.append("a consumer of the new contract cannot read old events")
    before, after = _fixed(old), _fixed(new)
    changed = [path for path in before if path in after and before[path] != after[path]]
    return found + [f"{path} has another format or default" for path in sorted(changed)]


def _judge(old: Schema, new: Schema, role: Literal["serializer", "deserializer"]) -> bool:
    return jsoncompat.check_compat(_local(old), _local(new), role)


def _local(schema: Schema) -> str:
    # With an $id, jsoncompat refuses every reference.
    return json.dumps({name: value for name, value in schema.items() if name != "$id"})


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(part) for name, part in node.items()}
    return {**closed, "additionalProperties": False} if isinstance(node.get("properties"), dict) else closed


def _keywords(schema: Schema) -> set[str]:
    return {name for _, node in _nodes(schema, schema, "event") for name in node}


def _fixed(schema: Schema) -> dict[str, set[str]]:
    """The formats and defaults at each path of the event; alternatives share a path."""
    values: dict[str, set[str]] = {}
    for path, node in _nodes(schema, schema, "event"):
        said = {f"{name}={node[name]!r}" for name in _FIXED if name in node}
        values.setdefault(path, set()).update(said)
    return values


def _nodes(schema: Schema, node: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Every schema inside ``schema``, with the path in the event to which it applies."""
    yield path, node
    if reference := node.get("$ref"):
        yield from _nodes(schema, schema["$defs"][reference.removeprefix("#/$defs/")], path)
    for name, part in node.get("properties", {}).items():
        yield from _nodes(schema, part, f"{path}.{name}")
    for part in node.get("anyOf", ()):
        yield from _nodes(schema, part, path)
    for name in ("items", "additionalProperties"):
        if isinstance(part := node.get(name), dict):
            yield from _nodes(schema, part, f"{path}[]")
