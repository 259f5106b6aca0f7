"""Where a list goes on: an opaque cursor, and how many at a time."""

from base64 import b64decode, urlsafe_b64encode
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Query
from pydantic import TypeAdapter, ValidationError

from shared.http.problems import invalid

T = TypeVar("T")

# A screenful; and what a machine may ask for at once.
DEFAULT_LIMIT = 100
Limit = Annotated[int, Query(ge=1, le=1000)]
# What is encoded is a key or two.
_LONGEST = 1024


def cursor_of(position: Any) -> str:
    """Return the position of a list's last item in a form that nobody reads."""
    return urlsafe_b64encode(orjson.dumps(position, default=str)).rstrip(b"=").decode()


def position_of(cursor: str | None, kind: type[T]) -> T | None:
    """Return the position that ``cursor_of`` was given; none without a cursor.

    What is inside comes from outside: it must be of ``kind``, such as ``str`` or ``tuple[int, str]``,
    so that nothing else ever reaches a query.

    Raises:
        Problem: 422 that names the cursor.
    """
    if cursor is None:
        return None
    try:
        shortened = cursor[:_LONGEST]
        inside = b64decode(shortened + "=" * (-len(shortened) % 4), altchars=b"-_", validate=True)
        found: T = TypeAdapter(kind).validate_json(inside, strict=True)
    except (ValueError, ValidationError):
        raise invalid("cursor", "is not one that this list has given") from None
    return found
