"""HTTP edge of an enterprise's sites; what a command answers is the enterprise with all of them."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from services.enterprises import domain
from services.enterprises.access import Keeper, Kept, Reader, seen, visible
from services.enterprises.bodies import CloseSiteBody, SiteBody
from services.enterprises.resources import EnterpriseResource, SiteResource, answered, site
from services.enterprises.uscc import Uscc
from shared.events.enterprises import SiteRegistered
from shared.http import Commanded, Router, answer
from shared.stream import Write

PATH = "/v1/enterprises/{uscc}/sites"
router = Router(prefix=PATH, tags=["sites"])

# As many as the document of an enterprise holds events.
Number = Annotated[int, Path(ge=1, le=500)]


@router.put("/{n}", response_model=EnterpriseResource, responses={201: {"model": EnterpriseResource}})
async def set_site(  # noqa: PLR0913, PLR0917 - what the request names, and who asks whom
    uscc: Uscc, n: Number, body: SiteBody, command: Commanded, by: Keeper, registry: Kept
) -> Response:
    """Enter the enterprise's next site, or replace what is said of one."""
    wish = body.particulars()
    write = Write(
        rule=lambda case, by, at: domain.set_site(case, wish, number=n, by=by, at=at),
        guard=visible(by),
        texts={"name": wish.name},
    )
    outcome = await registry.stream.execute(uscc, command, write)
    return answered(outcome, by, creating=SiteRegistered, path=f"/v1/enterprises/{uscc}/sites/{n}")


@router.post("/{n}/close", response_model=EnterpriseResource)
async def close_site(
    uscc: Uscc, n: Number, command: Commanded, by: Keeper, registry: Kept, _body: CloseSiteBody | None = None
) -> Response:
    """Record that a workplace ceased to work while its enterprise goes on."""
    write = Write(
        rule=lambda case, by, at: domain.close_site(case, number=n, by=by, at=at), guard=visible(by)
    )
    return answered(await registry.stream.execute(uscc, command, write), by)


@router.get("/{n}", response_model=SiteResource)
async def read_site(uscc: Uscc, n: Number, by: Reader, registry: Kept) -> Response:
    """Return one site; its ETag is the enterprise's."""
    case = await seen(registry, uscc, by)
    if n > len(case.state.sites):
        raise domain.NoSuchSite("there is no such site")
    return answer(site(case.state.sites[n - 1]), version=case.version)
