"""From the headers and the body of a request to the Command that a stream understands."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import Depends
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from shared.clock import now
from shared.events.base import Role
from shared.events.rules import Actor, TooOld
from shared.http.bodies import Time
from shared.http.callers import caller
from shared.http.problems import invalid
from shared.stream.command import Command

# A phone without time service is minutes wrong, not hours.
SKEW = timedelta(minutes=5)
_KEY = re.compile(r"[\x21-\x7e]{16,128}")
_ETAG = re.compile(r'(?:W/)?"(\d{1,15})"', re.ASCII)
_TRACE = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TIME = TypeAdapter[datetime](Time)


async def command(request: Request) -> Command:
    """Return the command that a request makes.

    The digest covers the body as it was sent: a default filled in here never makes a repeat look different.
    """
    body = await _sent(request)
    actor = caller(request)
    state = request.app.state
    # Before the time that is recorded: a statement about the past may rest on it.
    received = now()
    recorded = _milliseconds(state.clock())
    when = times(_said(body), recorded)
    given = request.headers.get("idempotency-key")
    return Command(
        # The name of the handler, of which there are as many as routes.
        name=request.scope["route"].name,
        id=key(given),
        digest=digest(request.method, request.scope["path"], body),
        expected=expected(request.headers.get("if-match")),
        by=actor,
        occurred_at=when.occurred_at,
        recorded_at=recorded,
        received_at=received,
        clock_skew=when.clock_skew,
        happens_now=when.happens_now,
        may_repeat=given is not None,
        traceparent=traceparent(request.headers.get("traceparent")),
        refusal=too_old(actor, when.occurred_at, recorded, state.settings.backdate_days),
    )


Commanded = Annotated[Command, Depends(command)]


def key(given: str | None) -> str:
    """Return the command's id: the Idempotency-Key, or one that no repeat will ever have."""
    if given is None:
        return f"auto-{secrets.token_hex(16)}"
    if not _KEY.fullmatch(given):
        raise invalid("Idempotency-Key", "should be 16 to 128 printable characters without blanks")
    return given


def expected(given: str | None) -> int | None:
    """Return the version that If-Match asks for; none where any will do."""
    if given is None or given == "*":
        return None
    found = _ETAG.fullmatch(given)
    if not found:
        raise invalid("If-Match", 'should be one ETag such as "3"')
    return int(found[1])


def traceparent(given: str | None) -> str | None:
    """Return the caller's trace context (W3C, version 00); one that is malformed is as good as none."""
    return given if given and _TRACE.fullmatch(given) else None


class When(NamedTuple):
    """When a command happened; the names are those of a command."""

    occurred_at: datetime
    clock_skew: bool = False
    happens_now: bool = False


def times(said: datetime | None, recorded: datetime) -> When:
    """Return when it happened, by what its sender said of that."""
    if said is None:
        return When(recorded, happens_now=True)
    if said > recorded + SKEW:
        raise invalid("occurred_at", "should not lie in the future")
    return When(recorded, clock_skew=True, happens_now=True) if said > recorded else When(_milliseconds(said))


def too_old(actor: Actor, occurred: datetime, recorded: datetime, days: int) -> TooOld | None:
    """Return the refusal of what lies too far back; imports may bring what was written down long ago."""
    old = occurred < recorded - timedelta(days=days)
    return TooOld(days) if old and actor.role is not Role.SERVICE else None


def digest(method: str, path: str, body: Any) -> str:
    """Return what two requests have in common that ask for the same; the order of fields does not matter.

    Raises:
        Problem: 422, the body is nested more deeply than can be written, which is less than can be read.
    """
    try:
        asked = orjson.dumps([method, path, body], option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise invalid("body", "is nested too deeply") from None
    return sha256(asked).hexdigest()


async def _sent(request: Request) -> Any:
    """Return the body; whether there should be one, and of which kind, is for the body's model to say."""
    try:
        return await request.json()
    except ValueError:
        return None


def _said(body: Any) -> datetime | None:
    """Return the body's own time; what is wrong with it is for the body's model to say."""
    said = body.get("occurred_at") if isinstance(body, dict) else None
    try:
        return None if said is None else _TIME.validate_python(said)
    except ValidationError:
        return None


def _milliseconds(at: datetime) -> datetime:
    """Return the time as the store keeps it, so that an answer and its repeat are the same."""
    utc = at.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
