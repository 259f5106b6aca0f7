"""Routers whose bodies are read by orjson, and whose routes answer in time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from shared.errors import Unavailable
from shared.http.problems import Problem

# A client hears within 5 s that the store is away, however many others wait for the driver's few threads.
# A stream gives up before, since it can say what became of its command.
ANSWER_SECONDS = 4.5


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
            read = _JsonRequest(request.scope, request.receive)
            if request.scope.get("nanxun.streamed"):
                return await handle(read)
            try:
                # A slow sender has all the time it needs; what we do with the body has not.
                await read.body()
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await handle(read)
            except ClientDisconnect:
                raise Problem("broken-off", 400, "The request broke off.") from None
            except TimeoutError:
                raise Unavailable("there was no answer in time") from None

        return strict


class Router(APIRouter):
    """The routes of one resource, such as ``Router(prefix="/v1/hazards", tags=["hazards"])``."""

    def __init__(self, *, prefix: str, tags: list[Any] | None = None) -> None:
        super().__init__(prefix=prefix, tags=tags, route_class=_JsonRoute, redirect_slashes=False)
