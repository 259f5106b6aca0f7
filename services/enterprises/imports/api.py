"""HTTP edge of imports."""

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from structlog import get_logger

from services.enterprises.access import Importer, Kept
from services.enterprises.imports.lines import lines
from services.enterprises.imports.rows import MEDIA_TYPES, rows
from services.enterprises.imports.run import Import
from services.enterprises.imports.tally import Tally
from shared.http import Json, Problem, Router
from shared.http.commands import key, traceparent

log = get_logger()

PATH = "/v1/imports/enterprises"
router = Router(prefix="/v1/imports", tags=["imports"])


_BODY = {
    "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES},
    "required": True,
}


@router.post("/enterprises", response_model=Tally, openapi_extra={"requestBody": _BODY})
async def import_enterprises(request: Request, by: Importer, registry: Kept) -> Response:
    """Apply each line of an NDJSON or CSV body as a PUT of the enterprise that its ``uscc`` names."""
    state, headers = request.app.state, request.headers
    given = headers.get("idempotency-key")
    work = Import(
        registry,
        by,
        key(given),
        given is not None,
        state.clock,
        state.settings.backdate_days,
        traceparent(headers.get("traceparent")),
    )
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        await work.take(rows(lines(request.stream()), media_type))
    except ClientDisconnect:
        raise Problem("broken-off", 400, "The import broke off; what had come is kept.") from None
    finally:
        log.info("import", **work.tally.model_dump(exclude={"errors"}))
    return Json(work.tally)
