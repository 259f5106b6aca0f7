"""The OpenAPI document: FastAPI's, with our problems, the token, and the roles of every route."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from shared.http.callers import policy
from shared.http.commands import command

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "description": "A refusal, RFC 9457; some carry further members.",
    "properties": {
        "type": {"type": "string", "description": "stable: /problems/<slug>"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_EVERYWHERE = {
    "401": "No token, or not a good one",
    "403": "Not your role or scope",
    "404": "Unknown, or not yours to know of",
    "422": "Not valid; errors names the fields",
    "429": "Too many requests; see Retry-After",
    "503": "The store is away or too busy, or the keys of tokens cannot be read; see Retry-After",
}
_COMMANDS = {
    "409": "Another version, or not in a state for this",
    "412": "If-Match failed",
    "413": "The body is too large",
}
_HEADERS = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "made with the form and sent again with every repeat",
        "schema": {"type": "string", "pattern": "^[!-~]{16,128}$"},
    },
    {
        "name": "If-Match",
        "in": "header",
        "description": "the ETag of the version that the command is meant for",
        "schema": {"type": "string", "pattern": '^(\\*|(W/)?"[0-9]{1,15}")$'},
    },
]


def describe(app: FastAPI) -> None:
    """Make ``app.openapi`` tell the whole interface."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    commands = _commands(app)
    for (method, path), roles in policy(app).items():
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is not None:
            _complete(operation, sorted(roles), is_command=(method, path) in commands)
    return document


def _complete(operation: dict[str, Any], roles: list[str], *, is_command: bool) -> None:
    operation["security"] = [{"token": []}]
    operation["x-roles"] = roles
    if is_command:
        operation.setdefault("parameters", []).extend(_HEADERS)
        if made := operation["responses"].get("201"):
            repeated = {**made, "description": "The same request again: the resource as it is now"}
            operation["responses"].setdefault("200", repeated)
    for status, meaning in (_EVERYWHERE | (_COMMANDS if is_command else {})).items():
        operation["responses"][status] = {
            "description": meaning,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _commands(app: FastAPI) -> set[tuple[str, str]]:
    return {
        (method, context.path or "")
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if isinstance(context.original_route, APIRoute) and _takes_command(context.dependant)
    }


def _takes_command(dependant: Any) -> bool:
    """Whether the route asks for the command, itself or by what it depends on."""
    return any(inner.call is command or _takes_command(inner) for inner in dependant.dependencies)
