"""Every refusal is a problem document, with its own status."""

import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.types import Message

from shared.events.rules import WrongState
from shared.http import routes
from shared.settings import Settings
from tests.unit.http.sample import Keys, sample_app

PROBLEM = "application/problem+json"


async def test_a_case_in_the_wrong_state_says_the_state_it_is_in(client: AsyncClient, keys: Keys) -> None:
    refusal = await client.get("/v1/hazards/broken/state", headers=keys.bearer())

    assert refusal.status_code == 409
    assert refusal.headers["content-type"] == PROBLEM
    assert refusal.json()["type"] == "/problems/wrong-state"
    assert refusal.json()["state"] == "resolved"


async def test_a_site_that_is_not_known_yet_may_be_asked_for_again(client: AsyncClient, keys: Keys) -> None:
    refusal = await client.get("/v1/hazards/broken/site", headers=keys.bearer())

    assert (refusal.status_code, refusal.headers["retry-after"]) == (422, "5")
    assert refusal.json()["errors"] == [{"field": "site", "message": "is not known here"}]


async def test_a_store_that_is_away_is_503_with_retry_after(client: AsyncClient, keys: Keys) -> None:
    refusal = await client.get("/v1/hazards/broken/store", headers=keys.bearer())

    assert (refusal.status_code, refusal.headers["retry-after"]) == (503, "3")
    assert refusal.headers["content-type"] == PROBLEM


async def test_what_never_comes_is_503_before_the_caller_gives_up(
    client: AsyncClient, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert routes.ANSWER_SECONDS < 5
    monkeypatch.setattr(routes, "ANSWER_SECONDS", 0.05)

    refusal = await client.get("/v1/hazards/broken/silence", headers=keys.bearer())

    assert refusal.status_code == 503
    assert int(refusal.headers["retry-after"]) > 0


async def test_a_request_that_breaks_off_is_no_bug(local: Settings, keys: Keys) -> None:
    told: list[int] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message.get("status", 0))

    headers = [(name.lower().encode(), value.encode()) for name, value in keys.bearer().items()]
    scope = {"type": "http", "method": "POST", "path": "/v1/hazards", "headers": headers, "query_string": b""}
    await sample_app(local)(scope, receive, send)

    assert told[0] == 400


async def test_a_bug_shows_nothing_of_itself_but_its_request(client: AsyncClient, keys: Keys) -> None:
    refusal = await client.get("/v1/hazards/broken/bug", headers=keys.bearer() | {"X-Request-Id": "form-17"})

    assert (refusal.status_code, refusal.headers["content-type"]) == (500, PROBLEM)
    assert refusal.json()["request_id"] == refusal.headers["x-request-id"] == "form-17"
    assert "李娜" not in refusal.text
    assert "ZeroDivision" not in refusal.text


@pytest.mark.parametrize(
    ("asked", "status", "slug"),
    [
        ("GET /v1/nothing", 404, "not-found"),
        ("GET /nothing", 404, "not-found"),
        ("GET /v1/hazards/", 404, "not-found"),
        ("DELETE /v1/hazards", 405, "method-not-allowed"),
        ("POST /health/live", 405, "method-not-allowed"),
        ("GET /docs", 404, "not-found"),
        ("GET /schemas/..%2f..%2fbase/1", 404, "not-found"),
        ("GET /schemas/Nothing/1", 404, "not-found"),
        ("GET /schemas/HazardResolved/" + "1" * 300, 404, "not-found"),
        ("GET /schemas/HazardResolved/-1", 404, "not-found"),
    ],
)
async def test_what_does_not_exist_is_a_problem_too(
    client: AsyncClient, keys: Keys, asked: str, status: int, slug: str
) -> None:
    refusal = await client.request(*asked.split(), headers=keys.bearer())

    assert (refusal.status_code, refusal.headers["content-type"]) == (status, PROBLEM)
    assert refusal.json()["type"] == f"/problems/{slug}"


async def test_a_service_may_say_what_its_own_refusals_mean(keys: Keys, local: Settings) -> None:
    app = sample_app(local, refusals={WrongState: 422})
    async with AsyncClient(transport=ASGITransport(app), base_url="http://hazards") as client:
        refusal = await client.get("/v1/hazards/broken/state", headers=keys.bearer())

    assert refusal.status_code == 422


async def test_more_than_the_rate_is_429_with_retry_after(keys: Keys, local: Settings) -> None:
    app = sample_app(local.model_copy(update={"rate": "3/hour"}))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://hazards") as client:
        answers = [await client.get("/v1/hazards", headers=keys.bearer()) for _ in range(4)]
        other = await client.get("/v1/hazards", headers=keys.bearer(sub="bao"))
        probe = await client.get("/health/live")

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["type"] == "/problems/too-many"
    assert 0 < int(answers[3].headers["retry-after"]) <= 7200
    assert (other.status_code, probe.status_code) == (200, 200)


async def test_guessing_tokens_is_limited_by_where_they_come_from(local: Settings) -> None:
    app = sample_app(local.model_copy(update={"rate": "2/hour"}))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://hazards") as client:
        tried = [
            await client.get("/v1/hazards", headers={"Authorization": f"Bearer guess{n}"}) for n in range(3)
        ]

    assert [answer.status_code for answer in tried] == [401, 401, 429]
