"""Requests made up from each service's own OpenAPI document, sound and unsound: none is a bug of ours."""

from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.events.base import Role
from tests.integration.access.routes import Route, route
from tests.integration.access.world import AREA, HERE, SERVICES, World

# Enough to reach each field of each body both ways; all services together take half a minute.
EXAMPLES = 10
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def drawn(operation: Any, mode: GenerationMode) -> list[Case[Any]]:
    """Return examples of requests, the same at every run."""
    found: list[Case[Any]] = []

    @seed(20151101)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def draw(case: Case[Any]) -> None:
        found.append(case)

    draw()
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_no_request_is_answered_with_a_crash_or_with_what_is_not_documented(
    world: World, service: str
) -> None:
    for result in from_dict(world.apps[service].openapi()).get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]  # our own document is sound
        asked = route(operation.method.upper(), operation.path)
        known = await there(world, asked)
        for mode in GenerationMode:
            for number, case in enumerate(drawn(operation, mode)):
                placed(case, known if number % 2 else None)
                case.validate_response(await answered(world, asked, case), checks=CHECKS)


async def there(world: World, asked: Route) -> dict[str, Any]:
    """Return the parts of a path that lead to what is there."""
    # An enterprise of its own, since this closes it.
    subject = (await world.stage(asked)).subject or HERE
    return {"case": subject, "uscc": subject, "n": 1, "code": AREA}


def placed(case: Case[Any], known: dict[str, Any] | None) -> None:
    """Let its site be one that is there, and its path: what is made up would nearly never reach a case."""
    if isinstance(case.body, dict) and isinstance(case.body.get("site"), str):
        case.body = {**case.body, "site": f"{HERE}-1", "enterprise": None}
    if known and case.path_parameters:
        case.path_parameters = {name: known[name] for name in case.path_parameters}


async def answered(world: World, asked: Route, case: Case[Any]) -> Response:
    """Send a request that was made up, as somebody who may call the route."""
    role = Role.SERVICE if Role.SERVICE in asked.roles else Role.MANAGER
    parts = case.as_transport_kwargs(base_url=f"http://{asked.service}", headers=world.who(role))
    parts.pop("cookies")
    return await world.clients[asked.service].request(content=parts.pop("data", None), **parts)
