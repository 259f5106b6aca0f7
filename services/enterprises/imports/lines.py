"""A body of any length as lines; only what is longer than a line may be is not kept."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import NamedTuple

# As large as the body of one PUT may be.
LONGEST_LINE = 64 * 1024


class Line(NamedTuple):
    """A line by its number, 1 being the first; without content if it was too long."""

    number: int
    content: bytes | None


async def lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[Line]:
    """Yield the lines of a body that comes in chunks; the last need not be ended."""
    number, rest, too_long = 1, b"", False
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for content in whole:
            yield Line(number, None if too_long or len(content) > LONGEST_LINE else content)
            number, too_long = number + 1, False
        if len(rest) > LONGEST_LINE:
            rest, too_long = b"", True
    if rest or too_long:
        yield Line(number, None if too_long else rest)
