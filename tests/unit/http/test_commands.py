"""A request becomes a command that its repeat can be recognised by."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from shared.http.commands import digest
from shared.settings import Settings
from tests.unit.http.sample import FORM, NOON, Keys, later, sample_app

BODY = {"site": "s", "description": "松动"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
)


async def sent(
    client: AsyncClient, keys: Keys, role: str = "worker", headers: Any = None, **body: Any
) -> Any:
    made = await client.post("/v1/hazards", json=BODY | body, headers=keys.bearer(role) | (headers or {}))
    assert made.status_code in {200, 201}, made.text
    return made.json()["command"]


async def test_a_command_carries_who_what_and_when(client: AsyncClient, keys: Keys) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    command = await sent(
        client, keys, headers={"Idempotency-Key": FORM, "If-Match": '"3"', "traceparent": trace}
    )

    assert command["name"] == "report"
    assert (command["id"], command["expected"], command["traceparent"]) == (FORM, 3, trace)
    assert (command["by"]["id"], command["by"]["role"]) == ("ann", "worker")
    assert command["occurred_at"] == command["recorded_at"] == NOON.isoformat()


@pytest.mark.parametrize("key", ["short", "x" * 129, "with a blank in it", "with\ttab-in-the-key", ""])
async def test_a_key_that_is_none_is_refused(client: AsyncClient, keys: Keys, key: str) -> None:
    refusal = await client.post("/v1/hazards", json=BODY, headers=keys.bearer() | {"Idempotency-Key": key})

    assert refusal.status_code == 422
    assert refusal.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_without_a_key_no_two_commands_are_the_same(client: AsyncClient, keys: Keys) -> None:
    ids = {(await sent(client, keys))["id"] for _ in range(3)}

    assert len(ids) == 3
    assert all(name.startswith("auto-") for name in ids)


@pytest.mark.parametrize(("etag", "version"), [('"3"', 3), ('W/"3"', 3), ("*", None)])
async def test_if_match_asks_for_a_version(
    client: AsyncClient, keys: Keys, etag: str, version: int | None
) -> None:
    assert (await sent(client, keys, headers={"If-Match": etag}))["expected"] == version


@pytest.mark.parametrize("etag", ["3", '"x"', '"1", "2"', '"-1"', '"' + "9" * 40 + '"'])
async def test_an_etag_that_we_did_not_give_is_refused(client: AsyncClient, keys: Keys, etag: str) -> None:
    refusal = await client.post("/v1/hazards", json=BODY, headers=keys.bearer() | {"If-Match": etag})

    assert (refusal.status_code, refusal.json()["errors"][0]["field"]) == (422, "If-Match")


async def test_a_trace_that_is_malformed_is_as_good_as_none(client: AsyncClient, keys: Keys) -> None:
    assert (await sent(client, keys, headers={"traceparent": "00-0-0-zz"}))["traceparent"] is None


async def test_a_clock_that_is_ahead_by_minutes_is_taken_as_now(client: AsyncClient, keys: Keys) -> None:
    command = await sent(client, keys, occurred_at=later(minutes=5))

    assert (command["occurred_at"], command["clock_skew"]) == (NOON.isoformat(), True)


async def test_late_news_keeps_its_time(client: AsyncClient, keys: Keys) -> None:
    command = await sent(client, keys, occurred_at="2016-02-20T08:00:00.1239+08:00")

    assert command["occurred_at"] == "2016-02-20T00:00:00.123000+00:00"
    assert command["clock_skew"] is False


async def test_an_import_may_be_as_old_as_the_paper(client: AsyncClient, keys: Keys) -> None:
    command = await sent(client, keys, "service", occurred_at=later(days=-4000))

    assert command["occurred_at"] == later(days=-4000)


async def test_a_repeat_hashes_equal_on_another_day_and_phone(keys: Keys, local: Settings) -> None:
    digests = set()
    for day, sub in ((1, "ann"), (4, "bao")):
        app = sample_app(local, clock=datetime(2016, 3, day, tzinfo=UTC))
        async with AsyncClient(transport=ASGITransport(app), base_url="http://hazards") as client:
            for form in (BODY, dict(reversed(BODY.items()))):
                made = await client.post("/v1/hazards", json=form, headers=keys.bearer(sub=sub))
                digests.add(made.json()["command"]["digest"])

    assert len(digests) == 1


async def test_another_body_or_path_hashes_otherwise(client: AsyncClient, keys: Keys) -> None:
    one = (await sent(client, keys))["digest"]
    other = (await sent(client, keys, occurred_at=later(hours=-1)))["digest"]

    assert one != other
    assert digest("POST", "/v1/hazards/a/resolve", {}) != digest("POST", "/v1/hazards/b/resolve", {})
    assert digest("POST", "/v1/hazards/a/resolve", {}) != digest("POST", "/v1/hazards/a/verify", {})


@given(JSON, JSON)
def test_only_equal_bodies_have_one_digest(one: Any, other: Any) -> None:
    assert (digest("POST", "/", one) == digest("POST", "/", other)) == (
        repr(_sorted(one)) == repr(_sorted(other))
    )


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


async def test_creating_answers_201_with_its_place_and_its_repeat_200(
    client: AsyncClient, keys: Keys
) -> None:
    first = await client.post("/v1/hazards", json=BODY, headers=keys.bearer())
    again = await client.post("/v1/hazards", json=BODY, headers=keys.bearer() | {"Idempotency-Key": FORM})

    assert (first.status_code, first.headers["location"], first.headers["etag"]) == (
        201,
        "/v1/hazards/hz_1",
        '"1"',
    )
    assert (again.status_code, again.headers["location"]) == (200, "/v1/hazards/hz_1")
