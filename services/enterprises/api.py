"""HTTP edge of the register: enterprises; their sites and imports have edges of their own."""

from functools import partial

from starlette.responses import Response

from services.enterprises import domain
from services.enterprises.access import Keeper, Kept, Lister, Reader, seen, visible
from services.enterprises.bodies import CloseBody, EnterpriseBody
from services.enterprises.filters import Filtered
from services.enterprises.resources import EnterpriseResource, answered, resource
from services.enterprises.uscc import Uscc
from shared.events.enterprises import EnterpriseRegistered
from shared.events.rules import Actor, Refused
from shared.http import (
    DEFAULT_LIMIT,
    Commanded,
    Json,
    Limit,
    Page,
    Router,
    answer,
    page_of,
)
from shared.stream import Write

REFUSALS: dict[type[Refused], int] = {domain.LastSite: 409}

PATH = "/v1/enterprises"
router = Router(prefix=PATH, tags=["enterprises"])


@router.put("/{uscc}", response_model=EnterpriseResource, responses={201: {"model": EnterpriseResource}})
async def register(
    uscc: Uscc, body: EnterpriseBody, command: Commanded, by: Keeper, registry: Kept
) -> Response:
    """Enter an enterprise with its first site, or replace what is said of it."""
    outcome = await registry.stream.execute(uscc, command, registration(uscc, body, by))
    return answered(outcome, by, creating=EnterpriseRegistered, path=f"{PATH}/{uscc}")


@router.post("/{uscc}/close", response_model=EnterpriseResource)
async def close(uscc: Uscc, body: CloseBody, command: Commanded, by: Keeper, registry: Kept) -> Response:
    """Record that an enterprise and all of its sites ceased to work."""
    write = Write(
        rule=lambda case, by, at: domain.close(case, by=by, at=at),
        guard=visible(by),
        texts={"reason": body.reason},
    )
    return answered(await registry.stream.execute(uscc, command, write), by)


@router.get("/{uscc}", response_model=EnterpriseResource)
async def read(uscc: Uscc, by: Reader, registry: Kept) -> Response:
    """Return one enterprise with its sites."""
    case = await seen(registry, uscc, by)
    return answer(resource(case, by), version=case.version)


@router.get("", response_model=Page[EnterpriseResource])
async def listed(
    by: Lister, registry: Kept, where: Filtered, limit: Limit = DEFAULT_LIMIT, cursor: str | None = None
) -> Response:
    """Return the enterprises that the account reaches, by id; ``region`` is that of the seat or of a site."""
    reads = partial(registry.page, by, where)
    return Json(await page_of(reads, partial(resource, by=by), cursor=cursor, limit=limit))


def registration(uscc: str, body: EnterpriseBody, by: Actor) -> Write[domain.Enterprise]:
    """Return the write that enters an enterprise or replaces what is said of it.

    Raises:
        OutOfScope: said before the store is asked, so that it does not tell whether the enterprise is known.
    """
    wish = body.particulars()
    domain.within(by, uscc, wish.region)
    return Write(
        rule=lambda case, by, at: domain.register(case, wish, uscc=uscc, by=by, at=at),
        guard=visible(by),
        texts=wish.private(),
        creates=True,
    )
