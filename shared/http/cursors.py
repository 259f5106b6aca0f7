"""Lists by pages: where one goes on, as an opaque cursor, and how many at a time."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeVar

import orjson
from fastapi import Query
from pydantic import TypeAdapter, ValidationError

from shared.http.answers import Page
from shared.http.problems import invalid
from shared.stream.stored import Stored

T = TypeVar("T")
S = TypeVar("S")

# A screenful; and what a machine may ask for at once.
DEFAULT_LIMIT = 100
Limit = Annotated[int, Query(ge=1, le=1000)]
# What is encoded is a key or two.
_LONGEST = 1024


class Reads(Protocol[S]):
    """Returns up to ``limit`` cases by their ids, beginning behind ``after``."""

    async def __call__(self, *, after: str | None, limit: int) -> list[Stored[S]]:
        """Read them."""


async def page_of(
    reads: Reads[S], shown: Callable[[Stored[S]], T], *, cursor: str | None, limit: int
) -> Page[T]:
    """Return the page of a list of cases that begins at the cursor, each as it is shown.

    Raises:
        Problem: 422 that names the cursor.
        Unavailable: the store did not answer in time.
    """
    # One more than asked for tells whether anything follows.
    found = await reads(after=position_of(cursor, str), limit=limit + 1)
    cases = found[:limit]
    following = cursor_of(cases[-1].id) if len(found) > limit else None
    return Page(items=[shown(case) for case in cases], cursor=following)


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
