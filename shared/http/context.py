"""What surrounds every request: its id, its one log line, its metric."""

import re
import secrets
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger

from shared.events.rules import Actor
from shared.metrics import http_request_seconds

log = get_logger()

# Letters that are safe in a log, a header and a shell; as short as a counter, as long as a few UUIDs.
_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
UNMATCHED = "unmatched"


class Context:
    """Give the request an id, and say afterwards in one line what it was and what became of it.

    The line holds ids, the route's template and the caller's role; never text, a name or an account.
    """

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        request_id = scope["nanxun.request_id"] = _id(scope)
        status = 500  # what ServerErrorMiddleware, further out, answers when nothing was

        async def name(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, name)
        finally:
            self._told(scope, status, perf_counter() - began)

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        route = template(scope)
        http_request_seconds.labels(self.service, route, str(status)).observe(seconds)
        if not route.startswith("/v1/") and status < 400:  # noqa: PLR2004 - probes and scrapes are not worth a line
            return
        caller: Actor | None = scope.get("nanxun.actor")
        log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=scope["nanxun.request_id"],
            actor_role=caller.role if caller else None,
        )


def template(scope: Scope) -> str:
    """Return the path of the route that was found, with its parameters unfilled."""
    return getattr(scope.get("route"), "path", UNMATCHED)


def _id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return bytes(value).decode()
    return secrets.token_hex(16)
