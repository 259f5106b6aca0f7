"""The steps of a hazard over HTTP: what each answers, publishes and refuses."""

import asyncio
from typing import Any

import orjson
import pytest

from tests.integration.hazards.world import (
    CONTROLS,
    HERE,
    LEC,
    THERE,
    World,
    form,
    later,
    new_key,
    problem,
)

EVIDENCE = "md_" + "0f" * 16


async def test_a_hazard_goes_from_report_to_verification_and_its_texts_stay_here(world: World) -> None:
    case = await world.reported()
    due = "2026-03-09"
    assess = await world.step(case, "assess", **LEC, category="2102", may_cause=["03"])
    assign = await world.step(case, "assign", owner="设备科长", due=due)
    controls = {"controls": CONTROLS, "cost_fen": 120_000, "evidence": [EVIDENCE]}
    resolve = await world.step(case, "resolve", world.who("worker", "carl"), **controls)
    verify = await world.step(case, "verify", world.who("manager", "bob"))

    assert assess.json()["risk"] == {
        "method": "LEC",
        "likelihood": "3",
        "exposure": "6",
        "consequence": "7",
        "score": "126",
        "class": "III",
    }
    assert (assign.json()["status"], assign.json()["owner"], assign.json()["due"]) == (
        "assigned",
        "设备科长",
        due,
    )
    done = resolve.json()
    assert (done["control"], done["controls"], done["cost_fen"]) == ("engineering", CONTROLS, 120_000)
    assert done["evidence"] == [EVIDENCE]
    assert (verify.json()["status"], verify.headers["ETag"]) == ("verified", '"5"')
    events = await world.published(case)
    assert [event["type"] for event in events] == [
        "HazardReported",
        "HazardAssessed",
        "HazardAssigned",
        "HazardResolved",
        "HazardVerified",
    ]
    data = [orjson.loads(event["data"]) for event in events]
    assert [fact["after"] for fact in data] == ["reported", "assessed", "assigned", "resolved", "verified"]
    assert [fact["before"] for fact in data[1:]] == [fact["after"] for fact in data[:-1]]
    assert all(fact["site"]["id"] == f"{HERE}-1" for fact in data)
    said = "".join(event["data"] for event in events)
    assert not [text for text in ("滚筒", "三车间", "设备科长", "手套", "carl") if text in said]


async def test_history_tells_every_step_with_its_texts_and_no_account(world: World) -> None:
    case = await world.resolved()
    await world.step(case, "reopen", kind="failed_verification", reason="护罩松动")

    answer = await world.get(f"/{case}/history")

    items = answer.json()["items"]
    assert [item["sequence"] for item in items] == [1, 2, 3]
    assert [item["type"] for item in items] == ["HazardReported", "HazardResolved", "HazardReopened"]
    assert items[0]["texts"] == {"description": "三号滚筒没有护罩", "place": "三车间"}
    assert items[2]["texts"] == {"reason": "护罩松动"}
    assert {item["role"] for item in items} == {"team"}
    assert "ann" not in answer.text


async def test_a_repeated_step_adds_nothing(world: World) -> None:
    case, key = await world.reported(), new_key()
    body = {"controls": CONTROLS}

    first = await world.post(f"/{case}/resolve", body, key=key)
    again = await world.post(f"/{case}/resolve", body, key=key)
    other = await world.post(f"/{case}/resolve", body | {"cost_fen": 1}, key=key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert problem(other)[:2] == (422, "key-reused")
    assert len(await world.published(case)) == 2


async def test_of_two_who_resolve_at_once_one_is_told_that_it_is_done(world: World) -> None:
    case = await world.reported()

    answers = await asyncio.gather(*(world.step(case, "resolve", controls=CONTROLS) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await world.published(case)) == 2


async def test_a_step_meant_for_another_version_is_refused(world: World) -> None:
    case = await world.reported()

    stale = await world.post(f"/{case}/dismiss", {"reason": "test"}, seen=2)
    fresh = await world.post(f"/{case}/dismiss", {"reason": "test"}, seen=1)

    assert problem(stale)[:2] == (412, "precondition-failed")
    assert fresh.status_code == 200


STEPS: dict[str, dict[str, Any]] = {
    "assess": LEC,
    "assign": {"owner": "设备科", "due": "2026-12-01"},
    "resolve": {"controls": CONTROLS},
    "verify": {},
    "reopen": {"kind": "recurrence", "reason": "又来了"},
    "dismiss": {"reason": "not_a_hazard"},
    "merge": {"into": "hz_" + "0" * 32},
}


@pytest.mark.parametrize("step", STEPS)
async def test_what_was_dismissed_takes_no_further_step(world: World, step: str) -> None:
    case = await world.reported()
    await world.step(case, "dismiss", reason="other_site")

    answer = await world.step(case, step, **STEPS[step])

    assert problem(answer)[:2] == (409, "wrong-state")
    assert answer.json()["state"] == "dismissed"


@pytest.mark.parametrize("step", STEPS)
async def test_a_hazard_that_is_not_there_and_one_that_is_not_yours_look_the_same(
    world: World, step: str
) -> None:
    case = await world.reported()

    missing = await world.step("hz_" + "0" * 32, step, **STEPS[step])
    foreign = await world.step(case, step, world.who(enterprises=(THERE,)), **STEPS[step])

    assert problem(missing) == problem(foreign) == (404, "not-found", [])
    assert missing.json() == foreign.json()


@pytest.mark.parametrize("step", [*STEPS])
@pytest.mark.parametrize("role", ["authority", "operator", "partner", "protection"])
async def test_roles_that_only_read_figures_take_no_step(world: World, step: str, role: str) -> None:
    answer = await world.step(await world.reported(), step, world.who(role, areas=("CN",)), **STEPS[step])

    assert problem(answer)[:2] == (403, "forbidden")


@pytest.mark.parametrize("step", ["assess", "assign", "verify", "reopen", "dismiss", "merge"])
async def test_a_worker_reports_and_resolves_and_decides_nothing(world: World, step: str) -> None:
    answer = await world.step(await world.reported(), step, world.who("worker"), **STEPS[step])

    assert problem(answer)[:2] == (403, "forbidden")


@pytest.mark.parametrize(
    ("step", "field", "wrong"),
    [
        ("assess", "method", "HAZOP"),
        ("assess", "likelihood", "4"),
        ("assess", "exposure", "0"),
        ("assess", "consequence", 7),
        ("assess", "category", "5"),
        ("assess", "may_cause", ["21"]),
        ("assign", "due", "2026-03-01"),
        ("assign", "due", "soon"),
        ("assign", "owner", "\u200b"),
        ("resolve", "controls", []),
        ("resolve", "controls.0.rank", [{"rank": "hope", "description": "…"}]),
        ("resolve", "controls.0.description", [{"rank": "ppe", "description": "  "}]),
        ("resolve", "controls", [{"rank": "ppe", "description": "𠮷" * 2001}] * 2),
        ("resolve", "cost_fen", -1),
        ("resolve", "cost_fen", 2**53),
        ("resolve", "evidence.0", ["photo.jpg"]),
        ("reopen", "kind", "boredom"),
        ("reopen", "reason", ""),
        ("dismiss", "reason", "too much work"),
        ("merge", "into", "sg_" + "0" * 32),
        ("verify", "occurred_at", later(minutes=6)),
        ("verify", "comment", "gut"),
    ],
)
async def test_a_step_that_says_what_cannot_be_is_refused_with_its_field(
    world: World, step: str, field: str, wrong: Any
) -> None:
    case = await (world.resolved() if step in {"verify", "reopen"} else world.reported())

    answer = await world.step(case, step, **STEPS[step] | {field.partition(".")[0]: wrong})

    assert problem(answer) == (422, "invalid", [field])


async def test_a_control_may_be_described_in_four_thousand_characters_of_four_bytes(world: World) -> None:
    case = await world.reported()

    answer = await world.step(case, "resolve", controls=[{"rank": "ppe", "description": "𠮷" * 4000}])

    assert answer.status_code == 200


async def test_no_step_lies_before_the_report(world: World) -> None:
    case = await world.reported()

    answer = await world.step(case, "resolve", controls=CONTROLS, occurred_at=later(minutes=-1))

    assert problem(answer) == (422, "invalid", ["occurred_at"])


async def test_nobody_verifies_their_own_work(world: World) -> None:
    case = await world.resolved(category="2102")

    own = await world.step(case, "verify", world.who("manager", "ann"))
    other = await world.step(case, "verify", world.who("team", "bob"))

    assert problem(own)[:2] == (403, "own-work")
    assert other.status_code == 200


async def test_nothing_is_verified_without_a_category(world: World) -> None:
    case = await world.resolved()

    answer = await world.step(case, "verify", world.who(sub="bob"))

    assert problem(answer) == (422, "no-category", ["category"])


async def test_what_came_back_returns_to_its_owner_and_is_resolved_anew(world: World) -> None:
    case = await world.reported(occurred_at=later(hours=-9))
    await world.step(case, "assign", owner="设备科", due="2026-03-09", occurred_at=later(hours=-8))
    await world.step(case, "resolve", controls=CONTROLS, occurred_at=later(hours=-5))
    again: dict[str, Any] = {"kind": "recurrence", "reason": "又坏了"}

    early = await world.step(case, "reopen", **again, occurred_at=later(hours=-6))
    back = await world.step(case, "reopen", **again, occurred_at=later(hours=-4))
    too_early = await world.step(case, "resolve", controls=CONTROLS, occurred_at=later(hours=-4.5))
    done = await world.step(case, "resolve", controls=CONTROLS, occurred_at=later(hours=-3))

    assert problem(early) == problem(too_early) == (422, "invalid", ["occurred_at"])
    assert (back.json()["status"], back.json()["control"]) == ("assigned", None)
    assert done.json()["status"] == "resolved"


async def test_a_verification_fails_only_before_it_has_passed(world: World) -> None:
    case = await world.resolved(category="2102")
    await world.step(case, "verify", world.who(sub="bob"))

    answer = await world.step(case, "reopen", kind="failed_verification", reason="…")

    assert (problem(answer)[:2], answer.json()["state"]) == ((409, "wrong-state"), "verified")


async def test_a_hazard_is_merged_into_another_of_its_enterprise(world: World) -> None:
    case, target = await world.reported(), await world.reported()

    answer = await world.step(case, "merge", into=target)

    assert (answer.json()["status"], answer.json()["merged_into"]) == ("merged", target)
    assert orjson.loads((await world.published(case))[1]["data"])["into"] == target


async def test_a_hazard_is_merged_into_nothing_else(world: World) -> None:
    case = await world.reported()
    foreign = await world.report(form(site=f"{THERE}-1"), who=world.who(enterprises=(THERE,)))
    gone, kept = await world.reported(), await world.reported()
    await world.step(gone, "merge", into=kept)

    for into in ("hz_" + "0" * 32, case, foreign.json()["id"], gone):
        assert problem(await world.step(case, "merge", into=into)) == (422, "invalid", ["into"])


async def test_an_inspector_checks_what_they_reported_and_nothing_else(world: World) -> None:
    inspector = world.who("inspector", "ida", areas=("3305",))
    theirs = (await world.report(form(source="inspector", category="2102"), who=inspector)).json()["id"]
    others = await world.resolved(category="2102")
    await world.step(theirs, "resolve", controls=CONTROLS)

    assert (await world.step(theirs, "verify", inspector)).status_code == 200
    assert problem(await world.step(others, "verify", inspector))[0] == 404
    assert problem(await world.step(others, "reopen", inspector, **STEPS["reopen"]))[0] == 404
