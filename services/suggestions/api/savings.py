"""The routes of savings."""

from functools import partial
from typing import Annotated

from starlette.responses import Response

from services.suggestions.api import bodies, resources
from services.suggestions.api.desk import BOTH, JUDGES, At, Kept, seen
from services.suggestions.domain import savings
from services.suggestions.domain.savings import Saving
from shared.events.base import Site
from shared.events.rules import Actor, Moment
from shared.events.savings import SavingClaimed, SavingStatus
from shared.http import DEFAULT_LIMIT, Json, Limit, Line, Page, Router, answer, page_of

router = Router(prefix="/v1/savings", tags=["savings"])


def _opening(body: bodies.Claim) -> partial[SavingClaimed]:
    return partial(
        savings.claim,
        amount=body.amount_fen,
        category=body.category,
        first=body.period.first,
        last=body.period.last,
        suggestion=body.suggestion,
        hazard=body.hazard,
    )


@router.post("", status_code=201, dependencies=[BOTH], response_model=resources.Saving)
async def claim(body: bodies.Claim, desk: At) -> Response:
    """Say what an improvement saved over a past period."""

    def opening(case: Saving | None, by: Actor, at: Moment, site: Site) -> SavingClaimed:
        return _opening(body)(case, by, at, site=site)

    site = await desk.site(body)
    if isinstance(site, Site):
        await desk.store.refer(site.enterprise, suggestion=body.suggestion, hazard=body.hazard)
    case = await desk.store.ids.new("sv", body.owner, desk.command.id)
    outcome = await desk.open(desk.store.savings, case, site, opening, texts={"method": body.method})
    resource = resources.Saving.of(outcome.case)
    place = f"{router.prefix}/{resource.id}"
    return answer(resource, version=resource.version, created_at=place, repeated=not outcome.changed)


@router.get("", response_model=Page[resources.Saving])
async def list_savings(  # noqa: PLR0913 - what can be asked for
    *,
    actor: Annotated[Actor, JUDGES],
    store: Kept,
    enterprise: Line | None = None,
    status: SavingStatus | None = None,
    cursor: str | None = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """List the savings that the caller may see, by id."""
    reads = partial(store.savings_of, actor, enterprise=enterprise, status=status)
    return Json(await page_of(reads, resources.Saving.of, cursor=cursor, limit=limit))


@router.get("/{case}", response_model=resources.Saving)
async def read_saving(case: str, actor: Annotated[Actor, JUDGES], store: Kept) -> Response:
    """Return a saving as it stands."""
    found = await seen(store.savings, case, actor)
    return answer(resources.Saving.of(found), version=found.version)


@router.get("/{case}/history", response_model=Page[resources.Entry])
async def saving_history(case: str, actor: Annotated[Actor, JUDGES], store: Kept) -> Response:
    """Return everything that happened to a saving, and what was written."""
    found = await seen(store.savings, case, actor)
    return answer(Page(items=resources.history(found)), version=found.version)


@router.post("/{case}/verify", dependencies=[JUDGES], response_model=resources.Saving)
async def verify_saving(case: str, body: bodies.VerifySaving, desk: At) -> Response:
    """Confirm it, or a part of it; not for its claimant."""
    return await desk.saving(case, partial(savings.verify_saving, amount=body.amount_fen))


@router.post("/{case}/reject", dependencies=[JUDGES], response_model=resources.Saving)
async def reject_saving(case: str, body: bodies.Reason, desk: At) -> Response:
    """Say why it could not be confirmed; not for its claimant."""
    return await desk.saving(case, savings.reject_saving, {"reason": body.reason})
