"""Problem documents (RFC 9457): one shape for every refusal, and the one table from refusals to statuses."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from structlog import get_logger

from shared.errors import Unavailable
from shared.events.rules import Refused
from shared.http.fields import errors_of

log = get_logger()

#: What a refusal means in HTTP unless a service says otherwise; a slug that is not here is 422.
STATUSES: Mapping[str, int] = {
    "forbidden": 403,
    "not-found": 404,
    "conflict": 409,
    "wrong-state": 409,
    "own-work": 403,
    "case-full": 409,
    "several-sites": 409,
    "precondition-failed": 412,
}
#: A site that is not known yet will be, once its event has arrived: in a second, seldom in more.
RETRY_AFTER: Mapping[str, int] = {"unknown-site": 5}
#: Slugs of the refusals that the HTTP layer itself speaks; others are named after their status.
_SLUGS = {413: "too-large", 415: "wrong-media-type", 422: "invalid", 429: "too-many", 503: "unavailable"}

Refusals = Mapping[type[Refused], int]


class Problem(HTTPException):
    """A refusal by the HTTP layer, raised or answered.

    Attributes:
        slug: the last part of ``type``, stable for ever.
        errors: the fields at fault, each with its message.
        extra: further members of the document.
    """

    def __init__(
        self,
        slug: str,
        status: int,
        detail: str,
        *,
        errors: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.slug = slug
        self.errors = tuple(errors)
        self.extra = extra

    def response(self) -> Response:
        """Return the document as an answer."""
        document: dict[str, object] = {
            "type": f"/problems/{self.slug}",
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        return Response(
            orjson.dumps({**document, **self.extra}, default=str),
            self.status_code,
            self.headers,
            "application/problem+json",
        )


def invalid(field: str, message: str) -> Problem:
    """Return the refusal of one field (or header) of a request."""
    return Problem("invalid", 422, "The request does not have the form it needs.", errors=[(field, message)])


def unavailable(error: Unavailable) -> Problem:
    """Return what a client is told when a server behind us is away."""
    return Problem("unavailable", 503, error.detail, headers={"Retry-After": str(error.retry_after)})


def install(app: FastAPI, refusals: Refusals) -> None:
    """Let every exception that leaves a route end as a problem document."""

    async def refused(_request: Request, error: Refused) -> Response:
        return _of_refusal(error, refusals).response()

    async def malformed(_request: Request, error: RequestValidationError) -> Response:
        detail = "The request does not have the form it needs."
        return Problem("invalid", 422, detail, errors=errors_of(error.errors())).response()

    async def stopped(_request: Request, error: HTTPException) -> Response:
        return (error if isinstance(error, Problem) else _of_status(error)).response()

    async def away(_request: Request, error: Unavailable) -> Response:
        return unavailable(error).response()

    handlers: dict[type[Exception], Any] = {
        Refused: refused,
        RequestValidationError: malformed,
        HTTPException: stopped,
        Unavailable: away,
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _of_refusal(error: Refused, refusals: Refusals) -> Problem:
    own = next((refusals[kind] for kind in type(error).__mro__ if kind in refusals), None)
    extra = dict(error.extra)
    retry = extra.pop("retry_after", RETRY_AFTER.get(error.slug))
    return Problem(
        error.slug,
        own or STATUSES.get(error.slug, 422),
        error.detail,
        errors=error.fields,
        headers={"Retry-After": str(retry)} if retry is not None else None,
        **extra,
    )


def _of_status(error: HTTPException) -> Problem:
    phrase = HTTPStatus(error.status_code).phrase
    slug = _SLUGS.get(error.status_code) or phrase.lower().replace(" ", "-")
    return Problem(slug, error.status_code, f"{phrase}.", headers=error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    """Answer a bug: the trace is ours to read, the client learns only which request it was."""
    request_id = request.scope.get("nanxun.request_id", "")
    log.error("failed", request_id=request_id, exc_info=error)
    document = Problem(
        "internal-server-error", 500, "Something went wrong on our side.", request_id=request_id
    )
    document.headers = {"X-Request-Id": request_id}
    return document.response()
