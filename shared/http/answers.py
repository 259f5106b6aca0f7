"""What a service answers: a resource with its version, or a page of them."""

from decimal import Decimal
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel
from starlette.responses import Response

T = TypeVar("T")


class Json(Response):
    """JSON by orjson; pydantic models and datetimes included."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the bytes of the body."""
        return orjson.dumps(content, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def answer(resource: Any, *, version: int, created_at: str | None = None, repeated: bool = False) -> Response:
    """Return the resource after a command (or as read), with its version as ETag.

    Args:
        resource: a pydantic model or what JSON is made of.
        version: the case's version.
        created_at: the path of what this command created; 201 with ``Location``.
        repeated: the command had been done before: 200, whatever it creates.
    """
    headers = {"ETag": f'"{version}"'}
    if created_at is not None:
        headers["Location"] = created_at
    return Json(resource, 201 if created_at is not None and not repeated else 200, headers)


class Page(BaseModel, Generic[T]):
    """Some of a list; ``cursor`` asks for what follows and is null at the end."""

    items: list[T]
    cursor: str | None = None
