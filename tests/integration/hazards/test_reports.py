"""Reporting a hazard: what is kept, for whom, and what a repeat comes to."""

import asyncio
from typing import Any

import pytest

from tests.integration.hazards.world import (
    CLOSED,
    HERE,
    NOON,
    SEVERAL,
    THERE,
    World,
    form,
    later,
    new_key,
    problem,
)

RECEIPT = "ab" * 32


async def test_a_report_is_kept_and_answered_with_its_place(world: World) -> None:
    answer = await world.report(form(category="2102", occurred_at=later(hours=-2)))

    hazard = answer.json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/v1/hazards/{hazard['id']}"
    assert hazard["status"] == "reported"
    assert (hazard["site"], hazard["enterprise"], hazard["category"]) == (f"{HERE}-1", HERE, "2102")
    read = await world.get(f"/{hazard['id']}")
    assert read.json() == hazard
    assert read.headers["ETag"] == '"1"'


async def test_only_the_enterprise_need_be_named_where_it_has_one_site(world: World) -> None:
    answer = await world.report(form(site=None, enterprise=HERE))

    assert answer.json()["site"] == f"{HERE}-1"


async def test_an_enterprise_with_several_sites_must_say_which(world: World) -> None:
    who = world.who(enterprises=(SEVERAL,))

    answer = await world.report(form(site=None, enterprise=SEVERAL), who=who)

    assert problem(answer) == (409, "several-sites", ["site"])
    assert (await world.report(form(site=f"{SEVERAL}-2"), who=who)).status_code == 201


@pytest.mark.parametrize("site", ["91330503MA2B0ABC9X-1", f"{HERE}-7"])
async def test_a_site_that_is_not_known_yet_is_to_be_tried_again(world: World, site: str) -> None:
    answer = await world.report(form(site=site), who=world.who("service", areas=("CN",)))

    assert problem(answer) == (422, "unknown-site", ["site"])
    assert int(answer.headers["Retry-After"]) > 0


async def test_nothing_is_reported_from_a_site_after_it_closed(world: World) -> None:
    who = world.who(enterprises=(CLOSED,))

    late = await world.report(form(site=f"{CLOSED}-1"), who=who)
    before = await world.report(form(site=f"{CLOSED}-1", occurred_at=later(days=-2)), who=who)

    assert problem(late)[1] == "closed-site"
    assert before.status_code == 201


@pytest.mark.parametrize("role", ["worker", "team", "manager"])
async def test_nobody_reports_for_an_enterprise_that_is_not_theirs(world: World, role: str) -> None:
    answer = await world.report(form(site=f"{THERE}-1"), who=world.who(role))

    assert problem(answer) == (403, "forbidden", [])


@pytest.mark.parametrize("role", ["inspector", "authority", "service"])
async def test_an_area_is_reported_for_by_those_who_have_it(world: World, role: str) -> None:
    who = world.who(role, areas=("3305",))

    assert (await world.report(who=who)).status_code == 201
    assert problem(await world.report(form(site=f"{THERE}-1"), who=who))[:2] == (403, "forbidden")


@pytest.mark.parametrize("role", ["inspector", "authority", "service"])
@pytest.mark.parametrize("enterprise", [SEVERAL, CLOSED])
async def test_nobody_learns_of_the_sites_of_an_enterprise_outside_their_area(
    world: World, role: str, enterprise: str
) -> None:
    body = form(site=None, enterprise=enterprise)

    outside = await world.report(body, who=world.who(role, areas=("3306",)))
    within = await world.report(body, who=world.who(role, areas=("3305",)))

    assert problem(outside) == (403, "forbidden", [])
    assert enterprise not in outside.text
    assert problem(within)[1:] == ("several-sites" if enterprise == SEVERAL else "closed-site", ["site"])
    assert "reach" not in within.json()


@pytest.mark.parametrize("enterprise", ["91330503MA2B0ABC9X", SEVERAL, CLOSED])
async def test_an_area_does_not_count_for_who_speaks_for_an_enterprise(world: World, enterprise: str) -> None:
    who = world.who("worker", enterprises=(HERE,), areas=("CN",))

    answer = await world.report(form(site=None, enterprise=enterprise), who=who)

    assert problem(answer) == (403, "forbidden", [])


@pytest.mark.parametrize("role", ["operator", "partner", "protection"])
async def test_roles_that_have_nothing_to_do_with_cases_report_none(world: World, role: str) -> None:
    assert problem(await world.report(who=world.who(role)))[:2] == (403, "forbidden")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("site", None),
        ("site", "nowhere"),
        ("category", "999"),
        ("source", "neighbour"),
        ("description", " \u3000 "),
        ("description", "险" * 4001),
        ("description", None),
        ("place", "𠮷" * 201),
        ("occurred_at", "2026-03-02"),
        ("occurred_at", later(minutes=6)),
        ("occurred_at", later(days=-93)),
        ("submitted_as", "secret"),
        ("receipt_hash", "my secret"),
        ("reporter", "ann"),
    ],
)
async def test_a_report_that_says_what_cannot_be_is_refused_with_its_field(
    world: World, field: str, wrong: Any
) -> None:
    answer = await world.report(form(**{field: wrong}))

    assert problem(answer) == (422, "invalid", [field])


async def test_a_site_of_another_enterprise_is_refused(world: World) -> None:
    assert problem(await world.report(form(enterprise=THERE)))[2] == ["site"]


async def test_a_text_may_have_four_thousand_characters_of_four_bytes(world: World) -> None:
    text = "𠮷" * 4000

    case = await world.reported(description=text)

    assert (await world.get(f"/{case}")).json()["description"] == text


async def test_imports_reach_further_back(world: World) -> None:
    who = world.who("service", areas=("CN",))

    assert (await world.report(form(occurred_at=later(days=-3000)), who=who)).status_code == 201


async def test_a_sender_whose_clock_is_ahead_is_taken_at_our_time(world: World) -> None:
    case = await world.reported(occurred_at=later(minutes=4))

    assert '"clock_skew":true' in (await world.published(case))[0]["data"]


async def test_a_repeat_adds_nothing_even_after_the_hazard_has_moved_on(world: World) -> None:
    key, body = new_key(), form()
    case = (await world.report(body, key=key)).json()["id"]
    await world.step(case, "dismiss", reason="test")

    again = await world.report(body, key=key, who=world.who(sub="bob"))

    assert again.status_code == 200
    assert (again.json()["id"], again.json()["status"]) == (case, "dismissed")
    assert len(await world.published(case)) == 2


async def test_a_repeat_is_answered_though_its_site_is_no_longer_to_be_had(world: World) -> None:
    who, key = world.who(enterprises=(CLOSED,)), new_key()
    body = form(site=f"{CLOSED}-1")
    world.now = NOON.replace(day=1, hour=3)
    first = await world.report(body, key=key, who=who)
    world.now = NOON

    again = await world.report(body, key=key, who=who)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]


async def test_a_key_that_comes_again_with_another_form_is_refused(world: World) -> None:
    key = new_key()
    await world.report(form(), key=key)

    answer = await world.report(form(description="另一个"), key=key)

    assert problem(answer)[:2] == (422, "key-reused")


async def test_a_stranger_who_repeats_a_report_learns_nothing(world: World) -> None:
    key, body = new_key(), form()
    await world.report(body, key=key)

    answer = await world.report(body, key=key, who=world.who(enterprises=(THERE,)))

    assert problem(answer)[:2] == (403, "forbidden")


async def test_the_same_form_sent_twice_at_once_makes_one_hazard(world: World) -> None:
    key, body = new_key(), form()

    answers = await asyncio.gather(*(world.report(body, key=key) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_key_is_another_enterprises_own(world: World) -> None:
    key = new_key()
    here = await world.report(form(), key=key)
    there = await world.report(form(site=f"{THERE}-1"), key=key, who=world.who(enterprises=(THERE,)))

    assert (here.status_code, there.status_code) == (201, 201)
    assert here.json()["id"] != there.json()["id"]


async def test_an_anonymous_report_holds_no_account_and_shows_no_receipt(world: World) -> None:
    case = await world.reported(submitted_as="anonymous", receipt_hash=RECEIPT)

    stored = await world.store.hazards.get(case)
    shown = (await world.get(f"/{case}")).text + (await world.get(f"/{case}/history")).text
    assert stored.state.reporter is None
    assert stored.history[0].by is None
    assert stored.state.receipt_hash == RECEIPT
    assert RECEIPT not in shown
    assert RECEIPT not in str([event["data"] for event in await world.published(case)])
    assert '"ann"' not in shown


async def test_a_named_report_shows_no_account_either(world: World) -> None:
    case = (await world.report(who=world.who("worker", "carl-the-worker"))).json()["id"]

    shown = (await world.get(f"/{case}")).text + (await world.get(f"/{case}/history")).text

    assert "carl-the-worker" not in shown
    assert '"role":"worker"' in shown
