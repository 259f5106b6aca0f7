"""Two generations side by side: what stands under one key in both, from two streams in the order of keys."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

T = TypeVar("T")

#: As many differences as an operator can look at; the rest are counted.
MOST_SHOWN = 20


async def pairs(
    olds: AsyncIterator[T], news: AsyncIterator[T], key: Callable[[T], Any]
) -> AsyncIterator[tuple[T | None, T | None]]:
    """Yield together what has one key; with None what has no other.

    Strings are in the same order here and in MongoDB: by their code points.
    """
    old, new = await anext(olds, None), await anext(news, None)
    while old is not None or new is not None:
        # Nearly all are equal as a whole, and reading the key of bytes would unpack them.
        same = old is not None and new is not None and (old == new or key(old) == key(new))
        first = same or new is None or (old is not None and key(old) < key(new))
        yield (old if first else None), (new if same or not first else None)
        if first:
            old = await anext(olds, None)
        if same or not first:
            new = await anext(news, None)
