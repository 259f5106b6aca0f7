"""The HTTP edge: the routes of hazards, who may call them, and what each asks of the domain."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from services.hazards import domain
from services.hazards.bodies import Assess, Assign, Dismiss, Merge, Reopen, Report, Resolve
from services.hazards.domain import Hazard
from services.hazards.resources import EntryView, HazardView, view
from services.hazards.store import Store, Wanted
from shared.auth import Area, Uscc
from shared.events.base import Fact, Role, Site
from shared.events.hazards import HazardStatus
from shared.events.rules import SHANGHAI, Actor, Moment, Refused
from shared.events.suggestions import SubmittedAs
from shared.http import (
    DEFAULT_LIMIT,
    Body,
    Commanded,
    Json,
    Limit,
    Page,
    Router,
    allowed,
    answer,
    page_of,
)
from shared.stream import Command, Stored, UnknownCase, Write
from shared.stream.stored import Rule

PATH = "/v1/hazards"
router = Router(prefix=PATH, tags=["hazards"])

_REPORT = allowed(Role.WORKER, Role.TEAM, Role.MANAGER, Role.INSPECTOR, Role.AUTHORITY, Role.SERVICE)
_DECIDE = allowed(Role.TEAM, Role.MANAGER, Role.SERVICE)
_RESOLVE = allowed(Role.WORKER, Role.TEAM, Role.MANAGER, Role.SERVICE)
_CHECK = allowed(Role.TEAM, Role.MANAGER, Role.INSPECTOR, Role.SERVICE)
_READ = allowed(Role.WORKER, Role.TEAM, Role.MANAGER, Role.INSPECTOR, Role.SERVICE)

Step = Callable[[Hazard, Actor, Moment], Fact]


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


Opened = Annotated[Store, Depends(_store)]


@router.post("", dependencies=[_REPORT], status_code=201, response_model=HazardView)
async def report(body: Report, command: Commanded, store: Opened) -> Response:
    """Report a hazard, also without a name."""
    enterprise = body.at_enterprise()
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


@router.post("/{case}/assess", dependencies=[_DECIDE], response_model=HazardView)
async def assess(case: str, body: Assess, command: Commanded, store: Opened) -> Response:
    """Score its risk by LEC and classify it."""
    said = body.model_dump(include={"likelihood", "exposure", "consequence", "category", "may_cause"})
    return await _take(store, case, command, partial(domain.assess, **said))


@router.post("/{case}/assign", dependencies=[_DECIDE], response_model=HazardView)
async def assign(case: str, body: Assign, command: Commanded, store: Opened) -> Response:
    """Make a post answer for its removal by a day."""
    return await _take(store, case, command, partial(domain.assign, due=body.due), {"owner": body.owner})


@router.post("/{case}/resolve", dependencies=[_RESOLVE], response_model=HazardView)
async def resolve(case: str, body: Resolve, command: Commanded, store: Opened) -> Response:
    """Say which controls are in place."""
    ranks = [control.rank for control in body.controls]
    rule = partial(domain.resolve, ranks=ranks, cost_fen=body.cost_fen, evidence=body.evidence)
    texts = domain.measures_of(control.description for control in body.controls)
    return await _take(store, case, command, rule, texts)


@router.post("/{case}/verify", dependencies=[_CHECK], response_model=HazardView)
async def verify(case: str, _body: Body, command: Commanded, store: Opened) -> Response:
    """Confirm that the control works; somebody other than the resolver does."""
    return await _take(store, case, command, domain.verify)


@router.post("/{case}/reopen", dependencies=[_CHECK], response_model=HazardView)
async def reopen(case: str, body: Reopen, command: Commanded, store: Opened) -> Response:
    """Take it up again: its control failed the verification, or it came back."""
    return await _take(store, case, command, partial(domain.reopen, kind=body.kind), {"reason": body.reason})


@router.post("/{case}/dismiss", dependencies=[_DECIDE], response_model=HazardView)
async def dismiss(case: str, body: Dismiss, command: Commanded, store: Opened) -> Response:
    """Say that the report was false."""
    return await _take(store, case, command, partial(domain.dismiss, reason=body.reason))


@router.post("/{case}/merge", dependencies=[_DECIDE], response_model=HazardView)
async def merge(case: str, body: Merge, command: Commanded, store: Opened) -> Response:
    """Say that another report tells of the same hazard."""
    target = await store.hazards.load(body.into)
    rule = partial(domain.merge, into=body.into, target=target.state if target else None)
    return await _take(store, case, command, rule)


@router.get("", response_model=Page[HazardView])
async def listed(  # noqa: PLR0913 - what a list can be asked for
    *,
    actor: Annotated[Actor, _READ],
    request: Request,
    store: Opened,
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
async def read(case: str, actor: Annotated[Actor, _READ], store: Opened) -> Response:
    """Read one hazard."""
    found = await _seen(store, case, actor)
    return answer(view(found), version=found.version)


@router.get("/{case}/history", response_model=Page[EntryView])
async def history(case: str, actor: Annotated[Actor, _READ], store: Opened) -> Response:
    """Read every step that it has taken, with what was written; at most 500."""
    found = await _seen(store, case, actor)
    return answer(Page(items=[EntryView.of(entry) for entry in found.history]), version=found.version)


def _reporting(body: Report, enterprise: str, site: Site | Refused) -> Rule[Hazard]:
    return lambda _, by, at: domain.report(
        by,
        at,
        enterprise=enterprise,
        site=site,
        source=body.source,
        category=body.category,
        submitted_as=body.submitted_as,
    )


async def _take(
    store: Store, case: str, command: Command, step: Step, texts: Mapping[str, str] | None = None
) -> Response:
    """Take one step of a hazard that the actor may see."""

    def rule(hazard: Hazard | None, by: Actor, at: Moment) -> Fact:
        assert hazard is not None, "only a report makes a case"
        return step(hazard, by, at)

    write: Write[Hazard] = Write(rule, guard=partial(_guard, command.by), texts=texts or {})
    outcome = await store.hazards.execute(case, command, write)
    return answer(view(outcome.case), version=outcome.case.version)


async def _seen(store: Store, case: str, actor: Actor) -> Stored[Hazard]:
    found = await store.hazards.get(case)
    _guard(actor, found.state)
    return found


def _guard(actor: Actor, hazard: Hazard) -> None:
    if not domain.may_see(hazard, actor):
        raise UnknownCase
