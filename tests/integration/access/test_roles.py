"""The matrix route × role × scope: who is served, who is refused, and who does not learn that it is there."""

import pytest
from httpx2 import Response

from shared.events.base import Role
from shared.http import policy
from tests.integration.access.routes import ROUTES, Outside, Route, route
from tests.integration.access.world import HERE, Claims, Stage, World, inside, outside

# The register and the figures are the operator's, everywhere.
BOUNDLESS = {Role.OPERATOR}


def problem(answer: Response) -> tuple[int, str]:
    """Return the status of a refusal and its slug."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def of(stage: Stage, asked: Route) -> str:
    """Return the enterprise that the stage is set in."""
    return stage.subject if asked.service == "enterprises" and stage.subject else HERE


def test_every_route_stands_in_the_table_with_exactly_its_roles(world: World) -> None:
    served: dict[tuple[str, str], frozenset[Role]] = {}
    for app in world.apps.values():
        served |= policy(app)

    assert served == {(asked.method, asked.path): asked.roles for asked in ROUTES}


@pytest.mark.parametrize("asked", ROUTES, ids=str)
async def test_a_role_is_served_within_its_scope(world: World, asked: Route) -> None:
    for role in sorted(asked.roles):
        stage = await world.stage(asked, role)
        who = world.who(role, inside(role, of(stage, asked)))

        answer = await world.send(asked, stage, who)

        assert answer.status_code in {200, 201}, f"{role}: {answer.text}"
        if asked.outside is Outside.UNLISTED:
            assert of(stage, asked) in answer.text, role


@pytest.mark.parametrize("asked", ROUTES, ids=str)
@pytest.mark.promise(8)
async def test_every_other_role_is_refused_whatever_its_scope(world: World, asked: Route) -> None:
    stage = await world.stage(asked)
    before = await world.stored()

    for role in sorted(set(Role) - asked.roles):
        everything: Claims = {"enterprises": (of(stage, asked),), "areas": ("CN",)}
        answer = await world.send(asked, stage, world.who(role, everything))
        assert problem(answer) == (403, "forbidden"), role

    assert await world.stored() == before


@pytest.mark.parametrize("asked", ROUTES, ids=str)
@pytest.mark.promise(8)
async def test_what_lies_outside_the_scope_is_refused_or_not_there(world: World, asked: Route) -> None:
    for role in sorted(asked.roles - BOUNDLESS):
        stage = await world.stage(asked, role)
        who = world.who(role, outside(role, of(stage, asked)))
        before = await world.stored()

        answer = await world.send(asked, stage, who)

        match asked.outside:
            case Outside.FORBIDDEN:
                assert problem(answer) == (403, "forbidden"), role
            case Outside.HIDDEN:
                assert problem(answer) == (404, "not-found"), role
                assert answer.json() == (await world.send(asked, absent(world, stage), who)).json(), role
            case Outside.UNLISTED:
                assert answer.status_code == 200, role
                assert of(stage, asked) not in answer.text, role
            case Outside.COUNTED:
                told = answer.json()
                assert (told["read"], told["registered"], told["refused"]) == (1, 0, 1), role
        assert await world.stored() == before, role


def absent(world: World, stage: Stage) -> Stage:
    """Return the same request for something that is not there, with an id of the same form."""
    nothing = f"{stage.subject[:3]}{'0' * 32}" if "_" in stage.subject else world.new_uscc()
    return Stage(stage.path.replace(stage.subject, nothing), nothing, stage.body)


CASE_LISTS = [route("GET", f"/v1/{kind}") for kind in ("suggestions", "savings", "hazards")]


@pytest.mark.parametrize("asked", CASE_LISTS, ids=str)
@pytest.mark.promise(8)
async def test_a_list_of_another_enterprise_is_empty(world: World, asked: Route) -> None:
    for role in sorted(asked.roles):
        stage = Stage(f"{asked.path}?enterprise={HERE}")
        answer = await world.send(asked, stage, world.who(role, outside(role)))
        assert answer.json() == {"items": [], "cursor": None}, role
