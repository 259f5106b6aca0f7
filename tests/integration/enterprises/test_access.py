"""Who may do what with which enterprise."""

import pytest

from shared.events.base import Role
from shared.http import policy
from tests.integration.enterprises.conftest import BODY, MOTORS, SITE, TIMBER, Register, problem

KEEP = {Role.MANAGER, Role.AUTHORITY, Role.SERVICE, Role.OPERATOR}
READ = {*KEEP, Role.INSPECTOR, Role.WORKER, Role.TEAM}
ROUTES = {
    ("PUT", "enterprises/{}"): (BODY, KEEP),
    ("POST", "enterprises/{}/close"): ({"reason": "停产"}, KEEP),
    ("PUT", "enterprises/{}/sites/2"): ({**SITE, "region": "330503"}, KEEP),
    ("POST", "enterprises/{}/sites/1/close"): ({}, KEEP),
    ("GET", "enterprises/{}"): (None, READ),
    ("GET", "enterprises/{}/sites/1"): (None, READ),
    ("GET", "enterprises"): (None, {*KEEP, Role.INSPECTOR}),
    ("POST", "imports/enterprises"): (None, {Role.SERVICE, Role.OPERATOR}),
}
ELSEWHERE = {"enterprises": (TIMBER,), "areas": ("2102",)}


def test_the_table_of_this_test_names_every_route(register: Register) -> None:
    paths = {
        (method, path.format("{uscc}").replace("/1", "/{n}").replace("/2", "/{n}")) for method, path in ROUTES
    }

    assert {(method, f"/v1/{path}") for method, path in paths} == set(policy(register.app))


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
async def test_a_route_serves_its_roles_in_their_scope_and_no_other(
    register: Register, route: tuple[str, str]
) -> None:
    (method, path), (body, roles) = route, ROUTES[route]
    await register.put()
    headers = {"Content-Type": "application/x-ndjson"} if "imports" in path else {}

    for role in Role:
        answer = await register.ask(method, path.format(MOTORS), body, role=role, headers=headers)
        if role in roles:
            assert answer.status_code in {200, 201, 409}, f"{role}: {answer.text}"
        else:
            assert problem(answer) == (403, "forbidden"), role


@pytest.mark.parametrize("route", [route for route in ROUTES if "{}" in route[1]], ids=" ".join)
async def test_an_enterprise_out_of_scope_is_not_there(register: Register, route: tuple[str, str]) -> None:
    (method, path), (body, roles) = route, ROUTES[route]
    await register.put()

    for role in roles - {Role.OPERATOR}:
        answer = await register.ask(method, path.format(MOTORS), body, role=role, reach=ELSEWHERE)
        # What may be entered says so before it is looked up, and so tells nothing about what is there.
        expected = (403, "forbidden") if route == ("PUT", "enterprises/{}") else (404, "not-found")
        assert problem(answer) == expected, role
    assert len(await register.events()) == 1


async def test_entering_an_enterprise_out_of_scope_is_forbidden(register: Register) -> None:
    for role in KEEP - {Role.OPERATOR}:
        answer = await register.ask("PUT", f"enterprises/{MOTORS}", BODY, role=role, reach=ELSEWHERE)
        assert problem(answer) == (403, "forbidden")
    assert await register.events() == []


async def test_an_authority_of_a_site_alone_reads_and_changes_nothing(register: Register) -> None:
    await register.put()
    await register.ask("PUT", f"enterprises/{MOTORS}/sites/2", SITE)
    path = f"enterprises/{MOTORS}"

    read = await register.ask("GET", path, role=Role.AUTHORITY, reach={"areas": ("330502",)})
    close = await register.ask(
        "POST", f"{path}/close", {"reason": "停产"}, role=Role.AUTHORITY, reach={"areas": ("330502",)}
    )

    assert read.status_code == 200
    assert problem(close) == (403, "forbidden")


async def test_a_request_without_a_token_is_refused(register: Register) -> None:
    answer = await register.client.get(f"/v1/enterprises/{MOTORS}")

    assert problem(answer) == (401, "unauthorised")
