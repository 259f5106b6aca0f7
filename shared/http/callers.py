"""Who may call what: the token of every /v1 request, the roles of every route, and the table of both."""

from collections.abc import Iterator
from typing import Any, cast

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.auth import Unauthorised, Verifier
from shared.errors import Unavailable
from shared.events.base import Role
from shared.events.rules import Actor
from shared.http.limits import Rate
from shared.http.problems import Problem, unavailable

VERSIONED = "/v1/"


class OpenRoute(Exception):  # noqa: N818 - named as what was found
    """A route under /v1 does not say which roles may call it; the service does not start."""


class Caller:
    """Nothing under /v1 is reached without a good token; the actor goes on in the scope."""

    def __init__(self, app: ASGIApp, verifier: Verifier, rate: Rate | None) -> None:
        self.app = app
        self.verifier = verifier
        self.rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"].startswith(VERSIONED):
            refusal = await self._admit(scope)
            if refusal:
                await refusal.response()(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _admit(self, scope: Scope) -> Problem | None:
        refusal: Problem | None = None
        try:
            actor = await self.verifier.verify(_token(scope))
            scope["nanxun.actor"] = actor
            caller = f"actor {actor.id}"
        except Unauthorised as error:
            refusal = _unauthorised(str(error))
            caller = f"host {(scope.get('client') or ('?',))[0]}"
        except Unavailable as error:
            return unavailable(error)
        return (await self.rate.take(caller) if self.rate else None) or refusal


def _token(scope: Scope) -> str:
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = (given[0] if len(given) == 1 else b"").partition(b" ")
    if scheme.lower() != b"bearer" or not token.isascii() or not token.strip():
        raise Unauthorised("A bearer token is needed.")
    return bytes(token).strip().decode()


def _unauthorised(detail: str) -> Problem:
    return Problem("unauthorised", 401, detail, headers={"WWW-Authenticate": 'Bearer realm="nanxun"'})


def caller(request: Request) -> Actor:
    """Return who is calling; only under /v1, where it is always known."""
    return cast("Actor", request.scope["nanxun.actor"])


class Allowed:
    """The roles that may call a route."""

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def __call__(self, request: Request) -> Actor:
        """Return the caller, or refuse with 403."""
        actor = caller(request)
        if actor.role not in self.roles:
            roles = sorted(self.roles)
            raise Problem("forbidden", 403, f"This needs the role {' or '.join(roles)}.", roles=roles)
        return actor


def allowed(*roles: Role) -> Any:
    """Name the roles that may call a route, in its ``dependencies`` or as the annotation of an Actor."""
    return Depends(Allowed(frozenset(roles)))


def policy(app: FastAPI) -> dict[tuple[str, str], frozenset[Role]]:
    """Return which roles may call each (method, path) under /v1.

    Raises:
        OpenRoute: a route names no role.
    """
    table: dict[tuple[str, str], frozenset[Role]] = {}
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if not path.startswith(VERSIONED):
            continue
        gates = list(_gates(context.dependant)) if isinstance(context.original_route, APIRoute) else []
        if not gates:
            raise OpenRoute(f"{path} does not say who may call it; add allowed(…)")
        for method in context.methods or ():
            table[method, path] = frozenset.intersection(*gates)
    return table


def _gates(dependant: Any) -> Iterator[frozenset[Role]]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Allowed):
            yield inner.call.roles
        yield from _gates(inner)
