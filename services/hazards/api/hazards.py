"""The routes of hazards: who may call them, and what each asks of the domain."""

from functools import partial
from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from services.hazards import domain
from services.hazards.api.bodies import Assess, Assign, Dismiss, Merge, Reopen, Report, Resolve
from services.hazards.api.desk import CHECK, DECIDE, READ, REPORT, RESOLVE, At, Kept, seen
from services.hazards.api.resources import EntryView, HazardView, view
from services.hazards.domain import Hazard
from services.hazards.store import Wanted
from shared.auth import Area, Uscc
from shared.events.base import Site
from shared.events.hazards import HazardStatus
from shared.events.rules import SHANGHAI, Actor, NoSite
from shared.events.suggestions import SubmittedAs
from shared.http import DEFAULT_LIMIT, Body, Json, Limit, Page, Router, answer, page_of
from shared.stream import Rule, Write

PATH = "/v1/hazards"
router = Router(prefix=PATH, tags=["hazards"])


@router.post("", dependencies=[REPORT], status_code=201, response_model=HazardView)
async def report(body: Report, desk: At) -> Response:
    """Report a hazard, also without a name."""
    store, command, enterprise = desk.store, desk.command, body.owner
    case = await store.new_id(enterprise, command.id)
    site = await store.site(site=body.site, enterprise=enterprise, at=command.occurred_at)
    write: Write[Hazard] = Write(
        _reporting(body, enterprise, site),
        # Whoever repeats another's report is answered as one who could have made it.
        guard=lambda hazard: domain.may_report(command.by, hazard.site),
        texts=body.texts(),
        anonymous=body.submitted_as is SubmittedAs.ANONYMOUS,
        creates=True,
        fresh=True,
    )
    made = await store.hazards.execute(case, command, write)
    created = f"{PATH}/{case}"
    return answer(view(made.case), version=made.case.version, created_at=created, repeated=not made.changed)


@router.post("/{case}/assess", dependencies=[DECIDE], response_model=HazardView)
async def assess(case: str, body: Assess, desk: At) -> Response:
    """Score its risk by LEC and classify it."""
    said = body.model_dump(include={"likelihood", "exposure", "consequence", "category", "may_cause"})
    return await desk.take(case, partial(domain.assess, **said))


@router.post("/{case}/assign", dependencies=[DECIDE], response_model=HazardView)
async def assign(case: str, body: Assign, desk: At) -> Response:
    """Make a post answer for its removal by a day."""
    return await desk.take(case, partial(domain.assign, due=body.due), {"owner": body.owner})


@router.post("/{case}/resolve", dependencies=[RESOLVE], response_model=HazardView)
async def resolve(case: str, body: Resolve, desk: At) -> Response:
    """Say which controls are in place."""
    ranks = [control.rank for control in body.controls]
    rule = partial(domain.resolve, ranks=ranks, cost_fen=body.cost_fen, evidence=body.evidence)
    texts = domain.measures_of(control.description for control in body.controls)
    return await desk.take(case, rule, texts)


@router.post("/{case}/verify", dependencies=[CHECK], response_model=HazardView)
async def verify(case: str, _body: Body, desk: At) -> Response:
    """Confirm that the control works; somebody other than the resolver does."""
    return await desk.take(case, domain.verify)


@router.post("/{case}/reopen", dependencies=[CHECK], response_model=HazardView)
async def reopen(case: str, body: Reopen, desk: At) -> Response:
    """Take it up again: its control failed the verification, or it came back."""
    return await desk.take(case, partial(domain.reopen, kind=body.kind), {"reason": body.reason})


@router.post("/{case}/dismiss", dependencies=[DECIDE], response_model=HazardView)
async def dismiss(case: str, body: Dismiss, desk: At) -> Response:
    """Say that the report was false."""
    return await desk.take(case, partial(domain.dismiss, reason=body.reason))


@router.post("/{case}/merge", dependencies=[DECIDE], response_model=HazardView)
async def merge(case: str, body: Merge, desk: At) -> Response:
    """Say that another report tells of the same hazard."""
    target = await desk.store.hazards.load(body.into)
    rule = partial(domain.merge, into=body.into, target=target.state if target else None)
    return await desk.take(case, rule)


@router.get("", response_model=Page[HazardView])
async def listed(  # noqa: PLR0913 - what a list can be asked for
    *,
    actor: Annotated[Actor, READ],
    request: Request,
    store: Kept,
    enterprise: Uscc | None = None,
    region: Area | None = None,
    status: HazardStatus | None = None,
    overdue: bool = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Response:
    """List hazards by id, of those that the caller may see; overdue ones are open beyond their day."""
    today = request.app.state.clock().astimezone(SHANGHAI).date()
    wanted = Wanted(enterprise, region, status, due_before=today if overdue else None)
    return Json(await page_of(partial(store.list, actor, wanted), view, cursor=cursor, limit=limit))


@router.get("/{case}", response_model=HazardView)
async def read(case: str, actor: Annotated[Actor, READ], store: Kept) -> Response:
    """Read one hazard."""
    found = await seen(store, case, actor)
    return answer(view(found), version=found.version)


@router.get("/{case}/history", response_model=Page[EntryView])
async def history(case: str, actor: Annotated[Actor, READ], store: Kept) -> Response:
    """Read every step that it has taken, with what was written; at most 500."""
    found = await seen(store, case, actor)
    return answer(Page(items=[EntryView.of(entry) for entry in found.history]), version=found.version)


def _reporting(body: Report, enterprise: str, site: Site | NoSite) -> Rule[Hazard]:
    return lambda _, by, at: domain.report(
        by,
        at,
        enterprise=enterprise,
        site=site,
        source=body.source,
        category=body.category,
        submitted_as=body.submitted_as,
    )
