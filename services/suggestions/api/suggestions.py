"""The routes of suggestions."""

from functools import partial
from typing import Annotated

from starlette.responses import Response

from services.suggestions.api import bodies, resources
from services.suggestions.api.desk import BOTH, EMPTY, FLOOR, MANAGER, PEOPLE, TEAM, At, Kept, Today, seen
from services.suggestions.domain import decisions, work
from services.suggestions.domain.suggestion import Suggestion
from shared.events.base import Site
from shared.events.rules import Actor, Moment
from shared.events.suggestions import Present, SubmittedAs, SuggestionStatus, SuggestionSubmitted
from shared.http import DEFAULT_LIMIT, Json, Limit, Line, Page, Router, answer, page_of

router = Router(prefix="/v1/suggestions", tags=["suggestions"])


@router.post("", status_code=201, dependencies=[FLOOR], response_model=resources.Suggestion)
async def submit(body: bodies.Submit, desk: At) -> Response:
    """Put an idea forward, with or without a name."""

    def opening(case: Suggestion | None, by: Actor, at: Moment, site: Site) -> SuggestionSubmitted:
        how = body.submitted_as
        return decisions.submit(case, by, at, site=site, topic=body.topic, submitted_as=how)

    texts = body.model_dump(include={"text", "place", "receipt_hash", "group", "brainstorm"})
    anonymous = body.submitted_as is SubmittedAs.ANONYMOUS
    site = await desk.site(body)
    case = await desk.store.ids.new("sg", body.owner, desk.command.id)
    stream = desk.store.suggestions
    outcome = await desk.open(stream, case, site, opening, texts=texts, anonymous=anonymous)
    resource = resources.Suggestion.of(outcome.case, desk.today)
    place = f"{router.prefix}/{resource.id}"
    return answer(resource, version=resource.version, created_at=place, repeated=not outcome.changed)


@router.get("", response_model=Page[resources.Suggestion])
async def list_suggestions(  # noqa: PLR0913 - what can be asked for
    *,
    actor: Annotated[Actor, FLOOR],
    store: Kept,
    today: Today,
    enterprise: Line | None = None,
    status: SuggestionStatus | None = None,
    cursor: str | None = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """List the suggestions that the caller may see, by id."""
    reads = partial(store.suggestions_of, actor, enterprise=enterprise, status=status, today=today)
    shown = partial(resources.Suggestion.of, today=today)
    return Json(await page_of(reads, shown, cursor=cursor, limit=limit))


@router.get("/{case}", response_model=resources.Suggestion)
async def read_suggestion(case: str, actor: Annotated[Actor, FLOOR], store: Kept, today: Today) -> Response:
    """Return a suggestion as it stands today."""
    found = await seen(store.suggestions, case, actor)
    return answer(resources.Suggestion.of(found, today), version=found.version)


@router.get("/{case}/history", response_model=Page[resources.Entry])
async def suggestion_history(case: str, actor: Annotated[Actor, FLOOR], store: Kept) -> Response:
    """Return everything that happened to a suggestion, and what was written."""
    found = await seen(store.suggestions, case, actor)
    return answer(Page(items=resources.history(found)), version=found.version)


@router.post("/{case}/review", dependencies=[TEAM], response_model=resources.Suggestion)
async def review(case: str, body: bodies.Review, desk: At) -> Response:
    """Recommend what to do with it: a joint step of workers and managers."""
    present = Present(workers=body.present.workers, managers=body.present.managers)
    step = partial(decisions.review, recommendation=body.recommendation, present=present)
    return await desk.suggestion(case, step, {"comment": body.comment})


@router.post("/{case}/approve", dependencies=[MANAGER], response_model=resources.Suggestion)
async def approve(case: str, body: bodies.Approve, desk: At) -> Response:
    """Approve it after a review, and name the post that answers for it."""
    step = partial(decisions.approve, due=body.due, budget=body.budget_fen)
    return await desk.suggestion(case, step, {"owner": body.owner})


@router.post("/{case}/reject", dependencies=[MANAGER], response_model=resources.Suggestion)
async def reject(case: str, body: bodies.Reason, desk: At) -> Response:
    """Reject it after a review, with a reason."""
    return await desk.suggestion(case, decisions.reject, {"reason": body.reason})


@router.post("/{case}/defer", dependencies=[MANAGER], response_model=resources.Suggestion)
async def defer(case: str, body: bodies.Defer, desk: At) -> Response:
    """Put it off after a review; on its date it is under review again."""
    step = partial(decisions.defer, until=body.until)
    return await desk.suggestion(case, step, {"reason": body.reason})


@router.post("/{case}/reconsider", dependencies=[MANAGER, EMPTY], response_model=resources.Suggestion)
async def reconsider(case: str, desk: At) -> Response:
    """Take a rejected or deferred suggestion up again."""
    return await desk.suggestion(case, decisions.reconsider)


@router.post("/{case}/start", dependencies=[BOTH, EMPTY], response_model=resources.Suggestion)
async def start(case: str, desk: At) -> Response:
    """Begin with what was approved."""
    return await desk.suggestion(case, work.start)


@router.post("/{case}/implement", dependencies=[BOTH], response_model=resources.Suggestion)
async def implement(case: str, body: bodies.Implement, desk: At) -> Response:
    """Say that the improvement is in place."""
    step = partial(work.implement, cost=body.cost_fen)
    return await desk.suggestion(case, step, {"description": body.description})


@router.post("/{case}/verify", dependencies=[BOTH, EMPTY], response_model=resources.Suggestion)
async def verify(case: str, desk: At) -> Response:
    """Confirm that the improvement works; not for whoever implemented it."""
    return await desk.suggestion(case, work.verify)


@router.post("/{case}/withdraw", dependencies=[PEOPLE, EMPTY], response_model=resources.Suggestion)
async def withdraw(case: str, desk: At) -> Response:
    """Take one's own idea back before it is decided on."""
    return await desk.suggestion(case, decisions.withdraw)


@router.post("/{case}/abandon", dependencies=[MANAGER], response_model=resources.Suggestion)
async def abandon(case: str, body: bodies.Reason, desk: At) -> Response:
    """Give up what was approved, with a reason."""
    return await desk.suggestion(case, work.abandon, {"reason": body.reason})


@router.post("/{case}/merge", dependencies=[BOTH], response_model=resources.Suggestion)
async def merge(case: str, body: bodies.Merge, desk: At) -> Response:
    """Leave it to another suggestion of the enterprise to carry the same idea on."""
    other = await desk.store.suggestions.load(body.into)
    step = partial(decisions.merge, into=body.into, other=other.state if other else None)
    return await desk.suggestion(case, step)
