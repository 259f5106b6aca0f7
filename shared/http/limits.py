"""What a caller may send: how large a body, and how often."""

from collections.abc import Collection, Sequence
from math import ceil
from time import time

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import Problem

# A text of 4,000 characters outside the basic plane takes 48 kB when each is escaped; the rest is codes.
LARGEST_BODY = 64 * 1024
_DIGITS = 18


class BodyLimit:
    """Refuse a body above ``largest`` bytes, by what it announces and by what arrives.

    The library's own limit overwrites problem documents with plain text. Paths of ``streamed`` are exempt:
    their readers keep nothing.
    """

    def __init__(self, app: ASGIApp, streamed: Collection[str] = (), largest: int = LARGEST_BODY) -> None:
        self.app = app
        self.streamed = frozenset(streamed)
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        scope["nanxun.streamed"] = scope["type"] == "http" and scope["path"] in self.streamed
        if scope["type"] != "http" or scope["nanxun.streamed"]:
            await self.app(scope, receive, send)
            return
        if _announced(scope) > self.largest:
            await self._too_large().response()(scope, receive, send)
            return
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self.largest:
                raise self._too_large()
            return message

        await self.app(scope, counted, send)

    def _too_large(self) -> Problem:
        detail = f"The body is larger than {self.largest} bytes."
        # The rest of the body is not read, so the connection is of no further use.
        return Problem("too-large", 413, detail, headers={"Connection": "close"}, limit=self.largest)


def _announced(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    # Longer numbers than any body has would take long to read, or be refused by the reader.
    return int(length[:_DIGITS]) if length.isdigit() else 0


class Rate:
    """Count each caller's requests against the settings; in this process, which is what it protects."""

    def __init__(self, allowed: Sequence[RateLimitItem]) -> None:
        self._allowed = allowed
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def take(self, caller: str) -> Problem | None:
        """Count one request; return the refusal if it is one too many."""
        for item in self._allowed:
            if not await self._windows.hit(item, caller):
                window = await self._windows.get_window_stats(item, caller)
                wait = max(1, ceil(window.reset_time - time()))
                detail = f"More than {item} from one caller."
                return Problem("too-many", 429, detail, headers={"Retry-After": str(wait)}, limit=str(item))
        return None
