"""A form from the floor: taken once, kept private, or refused with its reason."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from tests.integration.suggestions.conftest import (
    CLOSED,
    ELSEWHERE,
    HERE,
    NOON,
    REVIEW,
    TWO_SITES,
    Floor,
    idea,
    key,
    refused,
    submitted,
)

EMOJI = "𠮷"


async def test_the_same_form_twice_is_one_suggestion(floor: Floor) -> None:
    form = key()
    first = await floor.post("/v1/suggestions", "worker ann", idea(), key=form)
    floor.now = NOON + timedelta(days=3)
    again = await floor.post("/v1/suggestions", "worker bao", idea(), key=form)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert (await floor.stored(first.json()["id"]))["version"] == 1


async def test_the_same_form_sent_at_once_is_one_suggestion(floor: Floor) -> None:
    form = key()
    answers = await asyncio.gather(
        *(floor.post("/v1/suggestions", "worker ann", idea(), key=form) for _ in range(5))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_repeat_shows_what_became_of_it(floor: Floor) -> None:
    form = key()
    made = await floor.post("/v1/suggestions", "worker ann", idea(), key=form)
    await floor.post(f"{made.headers['location']}/review", "team mei", REVIEW)

    again = await floor.post("/v1/suggestions", "worker ann", idea(), key=form)

    assert (again.status_code, again.json()["status"], again.headers["etag"]) == (200, "under_review", '"2"')


async def test_a_form_that_was_taken_stays_taken_when_its_site_closes(floor: Floor) -> None:
    form = key()
    body = idea(site=f"{CLOSED}-1", occurred_at=floor.later(days=-2))
    made = await floor.post("/v1/suggestions", "worker ann", body, key=form, of=(CLOSED,))
    after = await floor.post("/v1/suggestions", "worker ann", idea(site=f"{CLOSED}-1"), of=(CLOSED,))

    assert made.status_code == 201
    refused(after, 422, "closed-site", "site")


async def test_a_key_that_comes_with_another_form_is_refused(floor: Floor) -> None:
    form = key()
    await floor.post("/v1/suggestions", "worker ann", idea(), key=form)

    other = await floor.post("/v1/suggestions", "worker ann", idea(text="something else"), key=form)

    refused(other, 422, "key-reused")


async def test_a_step_sent_twice_is_one_step(floor: Floor) -> None:
    path, form = await submitted(floor), key()
    answers = await asyncio.gather(
        *(floor.post(f"{path}/review", "team mei", REVIEW, key=form) for _ in range(3))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert (await floor.stored(path.rpartition("/")[2]))["version"] == 2
    other = await floor.post(f"{path}/review", "team mei", REVIEW | {"comment": "no"}, key=form)
    refused(other, 422, "key-reused")


async def test_what_people_wrote_is_never_published(floor: Floor) -> None:
    secret = "f" * 64
    path = await submitted(
        floor, text="秘密文本", place="秘密地点", receipt_hash=secret, group="夜班", brainstorm="bs-77"
    )
    await floor.post(f"{path}/review", "team mei", REVIEW | {"comment": "秘密意见"})
    await floor.post(f"{path}/reject", "manager li", {"reason": "秘密理由"})

    document = await floor.stored(path.rpartition("/")[2])
    published = " ".join(entry["data"] for entry in document["events"])

    for word in ("秘密", secret, "夜班", "bs-77", "ann", "mei"):
        assert word not in published
    assert orjson.loads(document["events"][0]["data"]) == {
        "by": "worker",
        "clock_skew": False,
        "code_lists": {},
        "site": {
            "id": f"{HERE}-1",
            "enterprise": HERE,
            "country": "CN",
            "region": "330503",
            "industry": "C3812",
            "size": "small",
        },
        "before": None,
        "after": "submitted",
        "topic": "quality",
        "submitted_as": "named",
        "entered_by": "self",
    }


async def test_a_receipt_is_kept_and_never_shown(floor: Floor) -> None:
    secret = "0123456789abcdef" * 4
    path = await submitted(floor, receipt_hash=secret, submitted_as="anonymous")

    assert (await floor.stored(path.rpartition("/")[2]))["state"]["receipt_hash"] == secret
    for shown in (path, f"{path}/history", "/v1/suggestions?limit=1000"):
        assert secret not in (await floor.get(shown, "worker ann")).text


async def test_nothing_links_an_anonymous_suggestion_to_its_author(floor: Floor) -> None:
    form = {"submitted_as": "anonymous"}
    made = await floor.post("/v1/suggestions", "worker very-particular-account", idea(**form))

    document = await floor.stored(made.json()["id"])

    assert "very-particular-account" not in repr(document)
    assert made.json()["submitted_as"] == "anonymous"


async def test_an_import_enters_for_somebody_else_also_long_ago(floor: Floor) -> None:
    body = idea(occurred_at="2016-03-01T08:00:00+08:00")
    made = await floor.post("/v1/suggestions", "service paper", body, of=("33",))
    early = await floor.post("/v1/suggestions", "worker ann", body)

    assert (made.status_code, made.json()["entered_by"]) == (201, "proxy")
    assert made.json()["occurred_at"] == "2016-03-01T00:00:00Z"
    refused(early, 422, "invalid", "occurred_at")


async def test_four_bytes_are_one_character(floor: Floor) -> None:
    made = await floor.post("/v1/suggestions", "worker ann", idea(text=EMOJI * 4000))

    assert (made.status_code, made.json()["text"]) == (201, EMOJI * 4000)
    refused(
        await floor.post("/v1/suggestions", "worker ann", idea(text=EMOJI * 4001)), 422, "invalid", "text"
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "   \n"}, "text"),
        ({"text": "\u200b"}, "text"),
        ({"text": 7}, "text"),
        ({"topic": "food"}, "topic"),
        ({"place": ""}, "place"),
        ({"submitted_as": "secretly"}, "submitted_as"),
        ({"receipt_hash": "short"}, "receipt_hash"),
        ({"group": ""}, "group"),
        ({"author": "ann"}, "author"),
        ({"site": None}, "site"),
        ({"site": "nonsense"}, "site"),
        ({"site": f"{HERE}-0"}, "site"),
        ({"enterprise": ELSEWHERE}, "site"),
        ({"enterprise": "nonsense"}, "enterprise"),
        ({"occurred_at": "2026-03-02T05:00:00Z"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
    ],
)
async def test_a_form_that_is_wrong_is_refused_by_field(
    floor: Floor, changes: dict[str, Any], field: str
) -> None:
    before = await floor.database["suggestions"].count_documents({})

    refused(await floor.post("/v1/suggestions", "worker ann", idea(**changes)), 422, "invalid", field)
    assert await floor.database["suggestions"].count_documents({}) == before


async def test_a_site_that_is_not_known_may_be_known_soon(floor: Floor) -> None:
    new = "91330503MA2B0NEW0X"
    refusal = await floor.post("/v1/suggestions", "worker ann", idea(site=f"{new}-1"), of=(new,))
    missing = await floor.post("/v1/suggestions", "worker ann", idea(site=f"{HERE}-2"))

    refused(refusal, 422, "unknown-site", "site")
    assert int(refusal.headers["retry-after"]) > 0
    refused(missing, 422, "unknown-site", "site")


async def test_an_enterprise_is_enough_where_it_has_one_site(floor: Floor) -> None:
    one = idea(enterprise=HERE)
    two = idea(enterprise=TWO_SITES)
    del one["site"], two["site"]

    made = await floor.post("/v1/suggestions", "worker ann", one)
    unclear = await floor.post("/v1/suggestions", "worker ann", two, of=(TWO_SITES,))

    assert made.json()["site"] == f"{HERE}-1"
    refused(unclear, 409, "several-sites", "site")


async def test_nobody_speaks_for_another_enterprise(floor: Floor) -> None:
    for site in (f"{ELSEWHERE}-1", "91330503MA2B0NEW0X-1"):
        refused(await floor.post("/v1/suggestions", "worker ann", idea(site=site)), 403, "forbidden")
    elsewhere = await floor.post("/v1/suggestions", "service paper", idea(), of=("11",))
    refused(elsewhere, 403, "forbidden")


async def test_an_import_learns_of_no_sites_outside_its_area(floor: Floor) -> None:
    unclear, shut = idea(enterprise=TWO_SITES), idea(site=f"{CLOSED}-1")
    del unclear["site"]

    for body, area in ((unclear, "33"), (shut, "11")):
        outside = await floor.post("/v1/suggestions", "service paper", body, of=(area,))
        assert "sites" not in refused(outside, 403, "forbidden")
    which = await floor.post("/v1/suggestions", "service paper", unclear, of=("11",))
    late = await floor.post("/v1/suggestions", "service paper", shut, of=("33",))

    assert "reach" not in refused(which, 409, "several-sites", "site")
    refused(late, 422, "closed-site", "site")


async def test_a_new_case_has_no_version_yet(floor: Floor) -> None:
    refused(await floor.post("/v1/suggestions", "worker ann", idea(), etag='"1"'), 412, "precondition-failed")
