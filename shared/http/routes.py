"""Routers whose bodies are read by orjson, and whose routes all speak of their roles."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response


class _JsonRequest(Request):
    """Reads JSON strictly: NaN and half a surrogate pair, which no store takes, are refused."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = orjson.loads(await self.body())
        return self._json


class _JsonRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(_JsonRequest(request.scope, request.receive))

        return strict


class Router(APIRouter):
    """The routes of one resource, such as ``Router(prefix="/v1/hazards", tags=["hazards"])``."""

    def __init__(self, *, prefix: str, tags: list[Any] | None = None) -> None:
        super().__init__(prefix=prefix, tags=tags, route_class=_JsonRoute, redirect_slashes=False)
