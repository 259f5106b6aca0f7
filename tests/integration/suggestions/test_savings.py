"""Savings over HTTP: claimed, confirmed or refused, with what they come from."""

from typing import Any

import orjson
import pytest

from shared.http.bodies import MOST_FEN
from tests.integration.suggestions.conftest import (
    ELSEWHERE,
    HAZARD,
    HERE,
    Floor,
    claimed,
    gain,
    idea,
    key,
    refused,
    submitted,
)


async def test_a_saving_is_claimed_and_a_part_of_it_confirmed(floor: Floor) -> None:
    made = await floor.post("/v1/savings", "team mei", gain())
    path, said = made.headers["location"], made.json()
    done = await floor.post(f"{path}/verify", "manager li", {"amount_fen": 1_500_000}, etag='"1"')

    assert (made.status_code, path, made.headers["etag"]) == (201, f"/v1/savings/{said['id']}", '"1"')
    assert (said["status"], said["amount_fen"], said["verified_fen"]) == ("claimed", 1_600_000, None)
    assert said["period"] == {"from": "2025-11-01", "to": "2026-02-28"}
    assert said["method"] == "hours × rate"
    assert (done.json()["status"], done.json()["verified_fen"]) == ("verified", 1_500_000)
    assert (await floor.get(path, "manager li")).json() == done.json()


async def test_a_saving_that_cannot_be_confirmed_is_rejected_with_a_reason(floor: Floor) -> None:
    path = await claimed(floor)

    refused(await floor.post(f"{path}/reject", "manager li"), 422, "invalid", "reason")
    done = await floor.post(f"{path}/reject", "authority x", {"reason": "没有单据"}, of=("330503",))

    assert (done.json()["status"], done.json()["reason"]) == ("rejected", "没有单据")
    again = await floor.post(f"{path}/verify", "manager li")
    assert refused(again, 409, "wrong-state")["state"] == "rejected"


async def test_nobody_confirms_their_own_claim(floor: Floor) -> None:
    path = await claimed(floor)

    for step, body in (("verify", {}), ("reject", {"reason": "x"})):
        refused(await floor.post(f"{path}/{step}", "team mei", body), 403, "own-work")


async def test_no_more_is_confirmed_than_claimed(floor: Floor) -> None:
    path = await claimed(floor)

    for amount in (1_600_001, 0, -1, 1.5, "1"):
        refusal = await floor.post(f"{path}/verify", "manager li", {"amount_fen": amount})
        refused(refusal, 422, "invalid", "amount_fen")


async def test_a_saving_names_what_brought_it(floor: Floor) -> None:
    suggestion = (await submitted(floor)).rpartition("/")[2]

    said = (await floor.post("/v1/savings", "team mei", gain(suggestion=suggestion, hazard=HAZARD))).json()

    assert (said["suggestion"], said["hazard"]) == (suggestion, HAZARD)


async def test_a_saving_names_nothing_that_is_not_the_enterprises(floor: Floor) -> None:
    body = idea(site=f"{ELSEWHERE}-1")
    made = await floor.post("/v1/suggestions", "worker zoe", body, of=(ELSEWHERE,))
    for suggestion in (made.json()["id"], "sg_" + "0" * 32):
        refusal = await floor.post("/v1/savings", "team mei", gain(suggestion=suggestion))
        refused(refusal, 422, "unknown-suggestion", "suggestion")
    unknown = await floor.post("/v1/savings", "team mei", gain(hazard="hz_" + "0" * 32))
    foreign = gain(site=f"{ELSEWHERE}-1", hazard=HAZARD)

    refused(unknown, 422, "unknown-hazard", "hazard")
    assert int(unknown.headers["retry-after"]) > 0
    refused(
        await floor.post("/v1/savings", "team mei", foreign, of=(ELSEWHERE,)), 422, "unknown-hazard", "hazard"
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": 0}, "amount_fen"),
        ({"amount_fen": MOST_FEN + 1}, "amount_fen"),
        ({"amount_fen": True}, "amount_fen"),
        ({"category": "luck"}, "category"),
        ({"method": " "}, "method"),
        ({"period": {"from": "2026-02-01", "to": "2026-01-31"}}, "period.to"),
        ({"period": {"from": "2026-02-01", "to": "2026-03-03"}}, "period.to"),
        ({"period": {"from": "2026-02-01"}}, "period.to"),
        ({"period": {"from": 0, "to": "2026-02-01"}}, "period.from"),
        ({"suggestion": "hz_" + "0" * 32}, "suggestion"),
        ({"hazard": HERE}, "hazard"),
        ({"currency": "CNY"}, "currency"),
        ({"site": "nonsense"}, "site"),
        ({"site": None}, "site"),
        ({"enterprise": ELSEWHERE}, "site"),
    ],
)
async def test_a_claim_that_is_wrong_is_refused_by_field(
    floor: Floor, changes: dict[str, Any], field: str
) -> None:
    before = await floor.database["savings"].count_documents({})

    refused(await floor.post("/v1/savings", "team mei", gain(**changes)), 422, "invalid", field)
    assert await floor.database["savings"].count_documents({}) == before


async def test_a_claim_sent_twice_counts_once(floor: Floor) -> None:
    form = key()
    first = await floor.post("/v1/savings", "team mei", gain(), key=form)
    again = await floor.post("/v1/savings", "team mei", gain(), key=form)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    refused(await floor.post("/v1/savings", "team mei", gain(amount_fen=1), key=form), 422, "key-reused")


async def test_how_a_saving_was_estimated_is_not_published(floor: Floor) -> None:
    path = await claimed(floor, method="秘密方法")
    await floor.post(f"{path}/verify", "manager li")

    entries = (await floor.stored(path.rpartition("/")[2]))["events"]

    assert "秘密" not in "".join(entry["data"] for entry in entries)
    said = orjson.loads(entries[1]["data"])
    assert (said["claimed"], said["amount"]) == (1_600_000, 1_600_000)
    assert said["period"] == {"from": "2025-11-01", "to": "2026-02-28"}


async def test_the_history_of_a_saving_tells_roles_and_words(floor: Floor) -> None:
    path = await claimed(floor)
    await floor.post(f"{path}/reject", "manager li", {"reason": "没有单据"})

    entries = (await floor.get(f"{path}/history", "team mei")).json()["items"]

    assert [(entry["type"], entry["role"], entry["texts"]) for entry in entries] == [
        ("SavingClaimed", "team", {"method": "hours × rate"}),
        ("SavingRejected", "manager", {"reason": "没有单据"}),
    ]
