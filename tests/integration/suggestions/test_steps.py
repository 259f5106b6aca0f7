"""Every command over HTTP: what it answers, what it stores, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.suggestions.conftest import (
    APPROVE,
    HERE,
    IMPLEMENT,
    NOON,
    REVIEW,
    WAY,
    Floor,
    idea,
    refused,
    submitted,
    taken,
)


async def test_an_idea_is_taken_and_answered(floor: Floor) -> None:
    made = await floor.post("/v1/suggestions", "worker ann", idea(place="三号车间"))
    said = made.json()

    assert made.status_code == 201
    assert (made.headers["location"], made.headers["etag"]) == (f"/v1/suggestions/{said['id']}", '"1"')
    assert said["id"].startswith("sg_")
    assert (said["site"], said["status"], said["version"]) == (f"{HERE}-1", "submitted", 1)
    assert (said["entered_by"], said["submitted_as"], said["place"]) == ("self", "named", "三号车间")
    assert said["occurred_at"] == said["recorded_at"] == "2026-03-02T04:00:00Z"


async def test_a_suggestion_goes_its_way_to_the_verified_improvement(floor: Floor) -> None:
    path = await submitted(floor)
    ends = []
    for version, (who, step, body) in enumerate(WAY, 2):
        done = await floor.post(f"{path}/{step}", who, body, etag=f'"{version - 1}"')
        assert (done.status_code, done.headers.get("etag")) == (200, f'"{version}"'), done.text
        ends.append(done.json()["status"])

    assert ends == ["under_review", "approved", "implementing", "implemented", "verified"]
    said = (await floor.get(path, "worker ann")).json()
    assert (said["owner"], said["due"], said["budget_fen"]) == ("班组长", "2026-12-01", 120_000)
    assert (said["cost_fen"], said["recommendation"]) == (90_000, "approve")


@pytest.mark.parametrize(
    ("steps", "who", "step", "body", "status"),
    [
        (1, "manager li", "reject", {"reason": "太贵"}, "rejected"),
        (1, "manager li", "defer", {"until": "2026-06-01", "reason": "下半年"}, "deferred"),
        (0, "worker ann", "withdraw", {}, "withdrawn"),
        (2, "manager li", "abandon", {"reason": "停产"}, "abandoned"),
        (3, "manager li", "abandon", {"reason": "停产"}, "abandoned"),
        (2, "team mei", "implement", IMPLEMENT, "implemented"),
    ],
)
async def test_a_suggestion_may_end_otherwise(  # noqa: PLR0913, PLR0917 - a table
    floor: Floor, steps: int, who: str, step: str, body: Any, status: str
) -> None:
    path = await submitted(floor)
    await taken(floor, path, steps)

    done = (await floor.post(f"{path}/{step}", who, body)).json()

    assert done["status"] == status
    assert done["reason"] == body.get("reason")


async def test_what_was_rejected_or_deferred_can_be_reconsidered(floor: Floor) -> None:
    for step, body in (
        ("reject", {"reason": "太贵"}),
        ("defer", {"until": "2026-06-01", "reason": "下半年"}),
    ):
        path = await submitted(floor)
        await taken(floor, path, 1)
        await floor.post(f"{path}/{step}", "manager li", body)

        again = await floor.post(f"{path}/reconsider", "manager li")

        assert (again.json()["status"], again.json()["until"]) == ("under_review", None)


async def test_what_was_deferred_comes_back_by_itself(floor: Floor) -> None:
    path = await submitted(floor)
    await taken(floor, path, 1)
    await floor.post(f"{path}/defer", "manager li", {"until": "2026-03-04", "reason": "等等"})
    early = await floor.post(f"{path}/approve", "manager li", APPROVE)
    floor.now = NOON + timedelta(days=2)

    assert refused(early, 409, "wrong-state")["state"] == "deferred"
    assert (await floor.get(path, "worker ann")).json()["status"] == "under_review"
    assert (await floor.post(f"{path}/approve", "manager li", APPROVE)).json()["status"] == "approved"


async def test_a_suggestion_is_merged_into_another(floor: Floor) -> None:
    path, other = await submitted(floor), await submitted(floor)
    into = other.rpartition("/")[2]

    done = await floor.post(f"{path}/merge", "team mei", {"into": into})
    chain = await floor.post(f"{other}/merge", "team mei", {"into": path.rpartition("/")[2]})

    assert (done.json()["status"], done.json()["into"]) == ("merged", into)
    refused(chain, 422, "invalid", "into")


async def test_a_wrong_step_says_in_which_state_the_case_is(floor: Floor) -> None:
    path = await submitted(floor)

    for who, step, body in WAY[1:]:
        refusal = refused(await floor.post(f"{path}/{step}", who, body), 409, "wrong-state")
        assert refusal["state"] == "submitted"
    assert (await floor.stored(path.rpartition("/")[2]))["version"] == 1


async def test_a_review_needs_both_sides(floor: Floor) -> None:
    path = await submitted(floor)
    alone = REVIEW | {"present": {"workers": 6, "managers": 0}}

    refused(await floor.post(f"{path}/review", "team mei", alone), 422, "not-joint", "present.managers")


async def test_four_eyes_see_an_improvement(floor: Floor) -> None:
    path = await submitted(floor)
    await taken(floor, path, 4)

    refused(await floor.post(f"{path}/verify", "team mei"), 403, "own-work")


async def test_only_the_author_withdraws(floor: Floor) -> None:
    path = await submitted(floor)
    nameless = await submitted(floor, submitted_as="anonymous")

    refused(await floor.post(f"{path}/withdraw", "worker bao"), 403, "not-author")
    refused(await floor.post(f"{nameless}/withdraw", "worker ann"), 403, "not-author")


async def test_a_step_does_not_precede_what_it_follows(floor: Floor) -> None:
    path = await submitted(floor, occurred_at=floor.later(days=-1))
    early = REVIEW | {"occurred_at": floor.later(days=-1, seconds=-1)}
    late = REVIEW | {"occurred_at": floor.later(days=-1)}

    refused(await floor.post(f"{path}/review", "team mei", early), 422, "invalid", "occurred_at")
    assert (await floor.post(f"{path}/review", "team mei", late)).status_code == 200


async def test_another_version_than_the_one_seen_is_412(floor: Floor) -> None:
    path = await submitted(floor)

    refused(await floor.post(f"{path}/review", "team mei", REVIEW, etag='"7"'), 412, "precondition-failed")


@pytest.mark.parametrize(
    ("step", "who", "body", "field"),
    [
        ("review", "team mei", REVIEW | {"recommendation": "maybe"}, "recommendation"),
        ("review", "team mei", {"recommendation": "approve"}, "present"),
        ("review", "team mei", REVIEW | {"present": {"workers": 1, "managers": 1, "x": 1}}, "present.x"),
        ("review", "team mei", REVIEW | {"present": {"workers": True, "managers": 1}}, "present.workers"),
        ("review", "team mei", REVIEW | {"present": {"workers": -1, "managers": 1}}, "present.workers"),
        ("approve", "manager li", {}, "owner"),
        ("approve", "manager li", APPROVE | {"owner": "  "}, "owner"),
        ("approve", "manager li", APPROVE | {"due": 1}, "due"),
        ("approve", "manager li", APPROVE | {"due": "2026-02-30"}, "due"),
        ("approve", "manager li", APPROVE | {"due": "2026-12-01T00:00:00Z"}, "due"),
        ("approve", "manager li", APPROVE | {"due": "2026-03-01"}, "due"),
        ("approve", "manager li", APPROVE | {"budget_fen": -1}, "budget_fen"),
        ("approve", "manager li", APPROVE | {"budget_fen": 1.5}, "budget_fen"),
        ("approve", "manager li", APPROVE | {"budget_fen": 2**53}, "budget_fen"),
        ("reject", "manager li", {}, "reason"),
        ("reject", "manager li", {"reason": " \t "}, "reason"),
        ("defer", "manager li", {"until": "2026-06-01"}, "reason"),
        ("defer", "manager li", {"reason": "x"}, "until"),
        ("defer", "manager li", {"reason": "x", "until": "2026-03-02"}, "until"),
        ("merge", "team mei", {"into": "sg_1"}, "into"),
        ("merge", "team mei", {"into": "sg_" + "0" * 32}, "into"),
        ("withdraw", "worker ann", {"why": "x"}, "why"),
        ("withdraw", "worker ann", [], "body"),
    ],
)
async def test_a_field_that_is_wrong_is_named(
    floor: Floor, step: str, who: str, body: Any, field: str
) -> None:
    path = await submitted(floor)
    await taken(floor, path, 1)

    refused(await floor.post(f"{path}/{step}", who, body), 422, "invalid", field)
    assert (await floor.stored(path.rpartition("/")[2]))["version"] == 2


async def test_work_says_what_was_done(floor: Floor) -> None:
    path = await submitted(floor)
    await taken(floor, path, 2)

    for body, field in (({}, "description"), (IMPLEMENT | {"cost_fen": "9"}, "cost_fen")):
        refused(await floor.post(f"{path}/implement", "team mei", body), 422, "invalid", field)
    refused(await floor.post(f"{path}/abandon", "manager li"), 422, "invalid", "reason")
