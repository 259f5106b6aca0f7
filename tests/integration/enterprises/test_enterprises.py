"""Registering, changing, closing and reading an enterprise."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.events.base import Role
from tests.integration.enterprises.conftest import (
    BODY,
    KEY,
    MOTORS,
    SITE,
    TIMBER,
    Register,
    fields,
    problem,
)


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


async def test_a_registration_answers_with_the_enterprise_its_size_and_its_first_site(
    register: Register,
) -> None:
    made = await register.put()

    assert (made.status_code, made.headers["location"]) == (201, f"/v1/enterprises/{MOTORS}")
    assert made.headers["etag"] == '"1"'
    found = made.json()
    assert found.pop("registered_at")
    assert found == {
        **BODY,
        "id": MOTORS,
        "id_scheme": "cn-uscc",
        "country": "CN",
        "size": "small",
        "size_basis": ["employees", "revenue"],
        "status": "active",
        "unlisted": [],
        "closed_at": None,
        "version": 1,
        "sites": [
            {
                "id": f"{MOTORS}-1",
                "name": BODY["name"],
                "region": "330503",
                "industry": "C3812",
                "employees": 240,
                "status": "active",
            }
        ],
    }


async def test_what_is_read_is_what_was_answered(register: Register) -> None:
    made = await register.put()

    read = await register.ask("GET", f"enterprises/{MOTORS}")

    assert (read.status_code, read.headers["etag"], read.json()) == (200, '"1"', made.json())


async def test_a_change_is_a_new_version_and_the_same_again_is_none(register: Register) -> None:
    await register.put()

    changed = await register.put(employees=12)
    again = await register.put(employees=12)

    assert (changed.status_code, changed.json()["version"], changed.json()["size"]) == (200, 2, "micro")
    assert again.json() == changed.json()
    assert [event["type"] for event in await register.events()] == [
        "EnterpriseRegistered",
        "EnterpriseUpdated",
    ]


async def test_a_request_sent_twice_adds_nothing_and_answers_200_with_what_is_now(
    register: Register,
) -> None:
    first = await register.put(key=KEY)
    await register.put(employees=12)

    second = await register.put(key=KEY)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["employees"] == 12
    assert len(await register.events()) == 2


@pytest.mark.promise(2)
async def test_what_changed_nothing_sent_again_does_not_undo_what_came_after_it(register: Register) -> None:
    await register.put()
    await register.put(key=KEY)
    await register.put(employees=12)

    again = await register.put(key=KEY)

    assert (again.status_code, again.json()["employees"]) == (200, 12)
    assert problem(await register.put(key=KEY, employees=1)) == (422, "key-reused")


async def test_a_key_that_comes_with_another_body_is_refused(register: Register) -> None:
    await register.put(key=KEY)

    assert problem(await register.put(key=KEY, employees=1)) == (422, "key-reused")
    assert len(await register.events()) == 1


async def test_the_same_registration_by_two_at_once_is_one(register: Register) -> None:
    answers = await asyncio.gather(*(register.put(key=KEY) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [*[200] * 7, 201]
    assert len(await register.events()) == 1


async def test_a_change_of_a_version_that_has_passed_is_refused(register: Register) -> None:
    await register.put()
    await register.put(employees=12)
    stale = {"If-Match": '"1"'}

    refused = await register.ask("PUT", f"enterprises/{MOTORS}", {**BODY, "employees": 9}, headers=stale)

    assert problem(refused) == (412, "precondition-failed")
    assert len(await register.events()) == 2


async def test_nothing_private_is_in_what_is_published(register: Register) -> None:
    await register.put(name_en="Some Motors", assets_cny=77_777_777)
    await register.ask("POST", f"enterprises/{MOTORS}/close", {"reason": "搬迁到外省"})

    for event in await register.events():
        for private in (BODY["name"], "Some Motors", "120000000", "77777777", "搬迁到外省"):
            assert str(private) not in event["data"]


async def test_turnover_is_shown_to_those_who_keep_the_register_only(register: Register) -> None:
    await register.put()

    seen = {
        role: (await register.ask("GET", f"enterprises/{MOTORS}", role=role)).json()["revenue_cny"]
        for role in (Role.WORKER, Role.INSPECTOR, Role.MANAGER, Role.AUTHORITY)
    }

    assert list(seen.values()) == [None, None, 120_000_000, 120_000_000]


async def test_a_closed_enterprise_says_so_and_takes_no_more_commands(register: Register) -> None:
    await register.put()

    closed = await register.ask("POST", f"enterprises/{MOTORS}/close", {"reason": "停产"})

    assert closed.json()["status"] == closed.json()["sites"][0]["status"] == "closed"
    assert closed.json()["closed_at"]
    for again in (
        await register.put(employees=1),
        await register.ask("POST", f"enterprises/{MOTORS}/close", {"reason": "停产"}),
    ):
        assert problem(again) == (409, "wrong-state")
        assert again.json()["state"] == "closed"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " 　"}, "name"),
        ({"name": "𠮷" * 201}, "name"),
        ({"name": None}, "name"),
        ({"region": "999999"}, "region"),
        ({"region": "3305"}, "region"),
        ({"region": 330503}, "region"),
        ({"region": "330103", "active_from": None}, "region"),
        ({"industry": "Z1"}, "industry"),
        ({"employees": -1}, "employees"),
        ({"employees": "240"}, "employees"),
        ({"employees": True}, "employees"),
        ({"employees": 10_000_001}, "employees"),
        ({"revenue_cny": 1.5}, "revenue_cny"),
        ({"assets_cny": 10**15 + 1}, "assets_cny"),
        ({"active_from": "2999-01-01"}, "active_from"),
        ({"active_from": "2016-02-30"}, "active_from"),
        ({"active_from": 0}, "active_from"),
        ({"colour": "red"}, "colour"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": days_ago(93)}, "occurred_at"),
        ({"occurred_at": "2026-01-01T00:00:00"}, "occurred_at"),
    ],
)
async def test_bad_input_is_refused_by_its_field_and_nothing_is_stored(
    register: Register, wrong: dict[str, Any], field: str
) -> None:
    refused = await register.put(**wrong)

    assert (refused.status_code, fields(refused)) == (422, [field])
    assert await register.events() == []


@pytest.mark.parametrize("code", ["91330503MA2B0ABC1C", "91330503ma2b0abc1b", "1", "%00"])
async def test_a_code_that_is_none_is_refused(register: Register, code: str) -> None:
    assert fields(await register.put(code)) == ["uscc"]


async def test_a_letter_led_code_is_registered(register: Register) -> None:
    assert (await register.put("N2330503MF0ABCDE17")).status_code == 201


async def test_a_body_that_is_no_json_is_refused(register: Register) -> None:
    refused = await register.ask("PUT", f"enterprises/{MOTORS}", b"{")

    assert (refused.status_code, fields(refused)) == (422, ["body"])


async def test_a_body_that_is_too_large_is_refused_with_the_limit(register: Register) -> None:
    refused = await register.put(name="x" * 70_000)

    assert problem(refused) == (413, "too-large")


async def test_a_name_of_four_byte_characters_is_kept_up_to_its_limit(register: Register) -> None:
    assert (await register.put(name="𠮷" * 200)).json()["name"] == "𠮷" * 200


async def test_a_reason_of_blanks_closes_nothing(register: Register) -> None:
    await register.put()

    assert fields(await register.ask("POST", f"enterprises/{MOTORS}/close", {"reason": "  "})) == ["reason"]
    assert len(await register.events()) == 1


async def test_an_unlisted_county_is_accepted_and_named(register: Register) -> None:
    assert (await register.put(region="330599")).json()["unlisted"] == ["330599"]


async def test_a_step_before_the_registration_is_refused(register: Register) -> None:
    await register.put(occurred_at=days_ago(2))
    early = {"occurred_at": days_ago(3)}

    for refused in (
        await register.put(employees=1, **early),
        await register.ask("POST", f"enterprises/{MOTORS}/close", {"reason": "停产", **early}),
    ):
        assert (refused.status_code, fields(refused)) == (422, ["occurred_at"])


async def test_a_service_may_lie_far_back_and_an_event_says_when_it_was(register: Register) -> None:
    long_ago = {**BODY, "occurred_at": "2015-11-01T08:00:00+08:00"}

    made = await register.ask("PUT", f"enterprises/{MOTORS}", long_ago, role=Role.SERVICE)

    assert made.status_code == 201
    (event,) = await register.events()
    assert datetime.fromisoformat(event["time"]) == datetime(2015, 11, 1, tzinfo=UTC)
    assert orjson.loads(event["data"])["by"] == "service"


async def test_a_sender_whose_clock_is_a_little_ahead_is_taken_at_our_time(register: Register) -> None:
    await register.put(occurred_at=(datetime.now(UTC) + timedelta(minutes=2)).isoformat())

    (event,) = await register.events()
    assert orjson.loads(event["data"])["clock_skew"] is True


async def test_what_is_not_there_is_not_found(register: Register) -> None:
    for refused in (
        await register.ask("GET", f"enterprises/{TIMBER}"),
        await register.ask("POST", f"enterprises/{TIMBER}/close", {"reason": "停产"}),
        await register.ask("PUT", f"enterprises/{TIMBER}/sites/2", SITE),
    ):
        assert problem(refused) == (404, "not-found")
    assert await register.events(TIMBER) == []
