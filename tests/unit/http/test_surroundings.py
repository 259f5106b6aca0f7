"""What surrounds a request: its id, its line, its metric; and what a process says of itself."""

import asyncio
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from httpx2 import ASGITransport, AsyncClient
from prometheus_client import REGISTRY
from starlette.applications import Starlette

from shared import log
from shared.http import role_app
from shared.http.plain import plain_routes
from shared.settings import Settings
from tests.unit.http.sample import Keys, nothing_away, sample_app


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    log.configure("hazards", "api", stream=written)
    yield written
    structlog.reset_defaults()


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


@pytest.mark.parametrize("sent", ["form-17", "3f1c8c1e-64c5-4b8e-9d2f-0d6f6e2d9a51"])
async def test_a_sane_request_id_is_kept(client: AsyncClient, sent: str) -> None:
    assert (await client.get("/health/live", headers={"X-Request-Id": sent})).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "a b", "x" * 129, "<script>", '{"a":1}'])
async def test_a_strange_request_id_is_replaced(client: AsyncClient, sent: str) -> None:
    given = (await client.get("/health/live", headers={"X-Request-Id": sent})).headers["x-request-id"]

    assert len(given) == 32
    assert given != sent


async def test_a_request_leaves_one_line_without_persons_or_texts(
    client: AsyncClient, keys: Keys, lines: io.StringIO
) -> None:
    body = {"site": "s", "description": "李娜说护罩松动"}
    headers = keys.bearer(sub="account-of-ann") | {"X-Request-Id": "form-17"}
    await client.post("/v1/hazards?name=李娜", json=body, headers=headers)
    await client.get("/v1/secret-words")
    await client.get("/health/live")

    made, unknown = read(lines)
    assert made["method"] == "POST"
    assert made["route"] == "/v1/hazards"
    assert (made["status"], made["actor_role"], made["request_id"]) == (201, "worker", "form-17")
    assert (made["service"], made["role"]) == ("hazards", "api")
    assert (unknown["route"], unknown["status"]) == ("unmatched", 401)
    for told in ("ann", "李娜", "\\u674e", "secret-words", "Bearer"):
        assert told not in lines.getvalue().replace("unmatched", "")


async def test_a_bug_leaves_its_trace_without_what_people_wrote_around_it(
    client: AsyncClient, keys: Keys, lines: io.StringIO
) -> None:
    await client.get("/v1/hazards/broken/bug", headers=keys.bearer() | {"X-Request-Id": "form-18"})

    request, failed = sorted(read(lines), key=lambda line: line["event"], reverse=True)
    assert (request["status"], request["route"]) == (500, "/v1/hazards/broken/{how}")
    assert failed["request_id"] == "form-18"
    assert failed["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert all("locals" not in frame for frame in failed["exception"][0]["frames"])


async def test_the_metric_knows_routes_and_not_cases(client: AsyncClient, keys: Keys) -> None:
    labels = {"service": "hazards", "route": "/v1/hazards/{case}/resolve", "status": "200"}
    before = REGISTRY.get_sample_value("nanxun_http_request_seconds_count", labels) or 0

    await client.post("/v1/hazards/hz_77/resolve", json={}, headers=keys.bearer("team"))
    scraped = await client.get("/metrics")

    assert REGISTRY.get_sample_value("nanxun_http_request_seconds_count", labels) == before + 1
    assert "hz_77" not in scraped.text
    assert "nanxun_http_request_seconds_bucket" in scraped.text


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/metrics", "/metrics"),
        ("/health/ready", "/health/ready"),
        ("/schemas/HazardReported/1", "/schemas/{type}/{major}"),
    ],
)
async def test_the_metric_tells_probes_and_contracts_from_paths_that_nobody_serves(
    client: AsyncClient, path: str, template: str
) -> None:
    labels = {"service": "hazards", "route": template, "status": "200"}
    before = REGISTRY.get_sample_value("nanxun_http_request_seconds_count", labels) or 0

    await client.get(path)

    assert REGISTRY.get_sample_value("nanxun_http_request_seconds_count", labels) == before + 1


async def test_ready_says_what_is_away_and_live_does_not_care(local: Settings) -> None:
    async def away() -> list[str]:
        return ["MongoDB"]

    app = sample_app(local, ready=away)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://hazards") as client:
        ready, live = await client.get("/health/ready"), await client.get("/health/live")

    assert (ready.status_code, live.status_code) == (503, 200)
    assert ready.json()["away"] == ["MongoDB"]
    assert ready.headers["content-type"] == "application/problem+json"


async def test_a_probe_does_not_hang_with_what_it_asks() -> None:
    async def frozen() -> list[str]:
        return await asyncio.Future()

    transport = ASGITransport(Starlette(routes=plain_routes("hazards", frozen, patience=0.01)))
    async with AsyncClient(transport=transport, base_url="http://hazards") as client:
        assert (await client.get("/health/ready")).status_code == 503


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
async def test_a_role_without_an_interface_shows_how_it_is(path: str) -> None:
    transport = ASGITransport(role_app("hazards", "relay", nothing_away))
    async with AsyncClient(transport=transport, base_url="http://hazards") as client:
        assert (await client.get(path)).status_code == 200
        assert (await client.get("/v1/hazards")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 404


async def test_openapi_tells_roles_headers_and_problems(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    resolve = document["paths"]["/v1/hazards/{case}/resolve"]["post"]
    assert resolve["x-roles"] == ["manager", "team"]
    assert resolve["security"] == [{"token": []}]
    assert {"Idempotency-Key", "If-Match"} <= {parameter["name"] for parameter in resolve["parameters"]}
    assert "application/problem+json" in resolve["responses"]["409"]["content"]
    assert "HTTPValidationError" not in json.dumps(document)
    # A repeat of what was made is answered with 200, and a route may ask for the command by way of others.
    assert document["paths"]["/v1/hazards"]["post"]["responses"].keys() >= {"200", "201", "409", "412", "413"}
    withdraw = document["paths"]["/v1/hazards/{case}/withdraw"]["post"]
    assert withdraw["responses"].keys() >= {"200", "409", "412", "413"}
    listed = document["paths"]["/v1/hazards"]["get"]
    assert "Idempotency-Key" not in {parameter["name"] for parameter in listed["parameters"]}
