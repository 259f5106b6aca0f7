"""What can be read, and by whom."""

from datetime import timedelta

import pytest

from services.suggestions.app import api
from shared.events.base import Role
from shared.http import policy
from tests.integration.suggestions.conftest import (
    ELSEWHERE,
    HERE,
    NOON,
    TWO_SITES,
    WAY,
    Floor,
    claimed,
    gain,
    idea,
    refused,
    submitted,
    taken,
)

W, T, M, A, S = Role.WORKER, Role.TEAM, Role.MANAGER, Role.AUTHORITY, Role.SERVICE
POLICY = {
    ("POST", "/v1/suggestions"): {W, T, M, S},
    ("GET", "/v1/suggestions"): {W, T, M, S},
    ("GET", "/v1/suggestions/{case}"): {W, T, M, S},
    ("GET", "/v1/suggestions/{case}/history"): {W, T, M, S},
    ("POST", "/v1/suggestions/{case}/review"): {T, S},
    ("POST", "/v1/suggestions/{case}/approve"): {M, S},
    ("POST", "/v1/suggestions/{case}/reject"): {M, S},
    ("POST", "/v1/suggestions/{case}/defer"): {M, S},
    ("POST", "/v1/suggestions/{case}/reconsider"): {M, S},
    ("POST", "/v1/suggestions/{case}/start"): {T, M, S},
    ("POST", "/v1/suggestions/{case}/implement"): {T, M, S},
    ("POST", "/v1/suggestions/{case}/verify"): {T, M, S},
    ("POST", "/v1/suggestions/{case}/withdraw"): {W, T, M},
    ("POST", "/v1/suggestions/{case}/abandon"): {M, S},
    ("POST", "/v1/suggestions/{case}/merge"): {T, M, S},
    ("POST", "/v1/savings"): {T, M, S},
    ("GET", "/v1/savings"): {T, M, A, S},
    ("GET", "/v1/savings/{case}"): {T, M, A, S},
    ("GET", "/v1/savings/{case}/history"): {T, M, A, S},
    ("POST", "/v1/savings/{case}/verify"): {T, M, A, S},
    ("POST", "/v1/savings/{case}/reject"): {T, M, A, S},
}


async def test_every_route_names_its_roles(floor: Floor) -> None:
    assert policy(api(floor.settings)) == POLICY


@pytest.mark.parametrize("role", ["inspector", "authority", "protection", "partner", "operator"])
async def test_other_roles_do_not_read_suggestions(floor: Floor, role: str) -> None:
    path = await submitted(floor)

    for shown in (path, f"{path}/history", "/v1/suggestions"):
        refused(await floor.get(shown, f"{role} x", of=(HERE, "CN")), 403, "forbidden")


async def test_a_foreign_case_is_as_unknown_as_none(floor: Floor) -> None:
    path, saving = await submitted(floor), await claimed(floor)

    for shown in (path, f"{path}/history", saving, f"{saving}/history", f"/v1/suggestions/sg_{'0' * 32}"):
        refused(await floor.get(shown, "manager li", of=(ELSEWHERE,)), 404, "not-found")
    for who, step, body in WAY:
        refused(await floor.post(f"{path}/{step}", who, body, of=(ELSEWHERE,)), 404, "not-found")
    refused(await floor.post(f"{saving}/verify", "manager li", of=(ELSEWHERE,)), 404, "not-found")
    refused(await floor.get(path, "service paper", of=("11",)), 404, "not-found")
    refused(await floor.post("/v1/suggestions/x/verify", "manager li"), 404, "not-found")


async def test_a_list_shows_what_is_ones_own_page_by_page(floor: Floor) -> None:
    mine = [await submitted(floor) for _ in range(5)]
    body = idea(site=f"{ELSEWHERE}-1")
    foreign = await floor.post("/v1/suggestions", "worker zoe", body, of=(ELSEWHERE,))
    found: list[str] = []
    cursor = ""
    while True:
        page = (await floor.get(f"/v1/suggestions?limit=2{cursor}", "worker ann")).json()
        found += [item["id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        assert len(page["items"]) == 2
        cursor = f"&cursor={page['cursor']}"

    assert found == sorted(set(found))
    assert {path.rpartition("/")[2] for path in mine} <= set(found)
    assert foreign.json()["id"] not in found


async def test_an_enterprise_out_of_scope_shows_nothing(floor: Floor) -> None:
    await submitted(floor)

    other = await floor.get(f"/v1/suggestions?enterprise={HERE}", "worker zoe", of=(ELSEWHERE,))
    area = await floor.get(f"/v1/suggestions?enterprise={HERE}", "service paper", of=("11",))
    within = await floor.get(f"/v1/suggestions?enterprise={HERE}", "service paper", of=("3305",))
    nation = await floor.get("/v1/suggestions", "service paper", of=("CN",))

    assert other.json() == area.json() == {"items": [], "cursor": None}
    assert {item["enterprise"] for item in within.json()["items"]} == {HERE}
    assert nation.json()["items"]


async def test_a_list_asks_for_the_status_of_today(floor: Floor) -> None:
    body = idea(enterprise=TWO_SITES, site=f"{TWO_SITES}-2")
    made = await floor.post("/v1/suggestions", "worker ann", body, of=(TWO_SITES,))
    path = made.headers["location"]
    steps = (*WAY[:1], ("manager li", "defer", {"until": "2026-03-05", "reason": "等等"}))
    for who, step, said in steps:
        await floor.post(f"{path}/{step}", who, said, of=(TWO_SITES,))

    async def listed(status: str) -> list[str]:
        shown = await floor.get(f"/v1/suggestions?status={status}", "worker ann", of=(TWO_SITES,))
        return [item["status"] for item in shown.json()["items"]]

    assert (await listed("deferred"), await listed("under_review")) == (["deferred"], [])
    floor.now = NOON + timedelta(days=3)
    assert (await listed("deferred"), await listed("under_review")) == ([], ["under_review"])
    assert await listed("submitted") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("status=done", "status"), ("limit=0", "limit"), ("limit=1001", "limit"), ("cursor=x", "cursor")],
)
async def test_a_list_that_cannot_be_is_refused(floor: Floor, query: str, field: str) -> None:
    refused(await floor.get(f"/v1/suggestions?{query}", "worker ann"), 422, "invalid", field)


async def test_a_history_tells_roles_and_words_and_no_accounts(floor: Floor) -> None:
    path = await submitted(floor, text="夹具松动", occurred_at=floor.later(hours=-3))
    await taken(floor, path, 2)

    shown = await floor.get(f"{path}/history", "worker ann")
    entries = shown.json()["items"]

    assert [(entry["sequence"], entry["type"], entry["role"]) for entry in entries] == [
        (1, "SuggestionSubmitted", "worker"),
        (2, "SuggestionReviewed", "team"),
        (3, "SuggestionApproved", "manager"),
    ]
    assert [entry["texts"] for entry in entries] == [
        {"text": "夹具松动"},
        {"comment": "值得做"},
        {"owner": "班组长"},
    ]
    assert entries[0]["occurred_at"] == "2026-03-02T01:00:00Z"
    assert entries[0]["recorded_at"] == "2026-03-02T04:00:00Z"
    assert not {"ann", "mei", "li"} & set(shown.text.replace('"', " ").split())


async def test_an_authority_reads_the_savings_of_its_area(floor: Floor) -> None:
    path = await claimed(floor)

    assert (await floor.get(path, "authority x", of=("3305",))).status_code == 200
    refused(await floor.get(path, "authority x", of=("3301",)), 404, "not-found")
    refused(await floor.get(path, "worker ann"), 403, "forbidden")
    shown = await floor.get("/v1/savings?status=claimed", "authority x", of=("33",))
    assert {item["enterprise"] for item in shown.json()["items"]} == {HERE}
    none = await floor.get("/v1/savings", "authority x", of=("11",))
    assert none.json()["items"] == []
    refused(await floor.post("/v1/savings", "authority x", gain(), of=("33",)), 403, "forbidden")
