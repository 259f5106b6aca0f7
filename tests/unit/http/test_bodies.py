"""What bad input gets: a refusal that names the field, and never a stack trace."""

from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient, Response

from tests.unit.http.sample import Keys, later

REPORT = {"site": "91330503MA28XXXX01-1", "description": "护罩松动 the guard is loose"}


async def send(client: AsyncClient, keys: Keys, **changed: object) -> Response:
    return await client.post("/v1/hazards", json=REPORT | changed, headers=keys.bearer())


async def send_bytes(client: AsyncClient, keys: Keys, body: bytes | AsyncIterator[bytes]) -> Response:
    headers = keys.bearer() | {"Content-Type": "application/json"}
    return await client.post("/v1/hazards", content=body, headers=headers)


def fields(refusal: Response) -> list[str]:
    assert refusal.headers["content-type"] == "application/problem+json"
    document = refusal.json()
    assert document["status"] == refusal.status_code
    assert document["title"]
    assert document["detail"]
    return [error["field"] for error in document.get("errors", [])]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"site": NaN}',
        b'{"site": "\\ud83d"}',
        b"[" * 30_000,
        b'{"site": ' + b"[" * 1_000 + b"]" * 1_000 + b"}",
        b'{"site": "a" "description": "b"}',
    ],
    ids=["cut", "empty", "null", "list", "text", "not-utf8", "nan", "surrogate", "deep", "nested", "comma"],
)
async def test_a_body_that_is_not_a_json_object_names_the_body(
    client: AsyncClient, keys: Keys, body: bytes
) -> None:
    refusal = await send_bytes(client, keys, body)

    assert refusal.status_code == 422
    assert refusal.json()["type"] == "/problems/invalid"
    assert fields(refusal) == ["body"]


async def test_a_form_is_not_a_body(client: AsyncClient, keys: Keys) -> None:
    refusal = await client.post("/v1/hazards", data={"site": "x"}, headers=keys.bearer())

    assert (refusal.status_code, fields(refusal)) == (422, ["body"])


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "李娜"}, "name"),
        ({"site": None}, "site"),
        ({"description": " \u3000\n"}, "description"),
        ({"description": "\u200b\u200d"}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"description": "𠮷" * 4001}, "description"),
        ({"controls": [{"rank": "high"}]}, "controls.0.rank"),
        ({"occurred_at": later(minutes=6)}, "occurred_at"),
        ({"occurred_at": later(days=-93)}, "occurred_at"),
        ({"occurred_at": "2016-03-01T12:00:00"}, "occurred_at"),
        ({"occurred_at": "2016-03-01"}, "occurred_at"),
        ({"occurred_at": "2016-02-30T12:00:00Z"}, "occurred_at"),
        ({"occurred_at": 1456833600}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-12:00"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"occurred_at": ["2016-03-01T12:00:00Z"]}, "occurred_at"),
    ],
)
async def test_what_is_wrong_with_a_body_is_named(
    client: AsyncClient, keys: Keys, sent: dict[str, object], field: str
) -> None:
    refusal = await send(client, keys, **sent)

    assert refusal.status_code == 422
    assert fields(refusal) == [field]


async def test_a_refusal_repeats_nothing_that_a_person_wrote(client: AsyncClient, keys: Keys) -> None:
    refusal = await send(client, keys, site=7, description=["李娜"], occurred_at="李娜")

    assert refusal.status_code == 422
    assert "李娜" not in refusal.text
    assert "\\u674e" not in refusal.text


async def test_a_text_of_four_byte_characters_fits_at_the_limit(client: AsyncClient, keys: Keys) -> None:
    made = await send(client, keys, description="𠮷" * 4000)

    assert made.status_code == 201
    assert made.json()["description"] == "𠮷" * 4000


async def test_blanks_around_a_text_are_not_part_of_it(client: AsyncClient, keys: Keys) -> None:
    made = await send(client, keys, description="\u3000 松动\n")

    assert made.json()["description"] == "松动"


async def test_a_thousand_unknown_fields_get_a_short_answer(client: AsyncClient, keys: Keys) -> None:
    refusal = await send(client, keys, **{f"{n}{'x' * 50}": 1 for n in range(900)})

    assert len(fields(refusal)) == 100


async def test_a_body_that_announces_too_much_is_not_read(client: AsyncClient, keys: Keys) -> None:
    refusal = await send_bytes(client, keys, b'{"site":"' + b"x" * 65_536 + b'"}')

    assert refusal.status_code == 413
    assert refusal.json()["type"] == "/problems/too-large"
    assert refusal.json()["limit"] == 65_536


async def test_a_body_without_a_length_is_cut_at_the_limit(client: AsyncClient, keys: Keys) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield b"x" * 1024

    refusal = await send_bytes(client, keys, pieces())

    assert refusal.status_code == 413
    assert fields(refusal) == []


async def test_a_streamed_import_may_be_of_any_length(client: AsyncClient, keys: Keys) -> None:
    read = await client.post("/v1/hazards/import", content=b"x" * 200_000, headers=keys.bearer("service"))

    assert read.json() == {"read": 200_000}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("cursor=???", "cursor"),
        ("cursor=eyIkZ3QiOiIifQ", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "A" * 3000, "cursor"),
    ],
)
async def test_a_page_is_asked_for_rightly(client: AsyncClient, keys: Keys, query: str, field: str) -> None:
    refusal = await client.get(f"/v1/hazards?{query}", headers=keys.bearer())

    assert (refusal.status_code, fields(refusal)) == (422, [field])


async def test_a_cursor_goes_on_where_the_page_ended(client: AsyncClient, keys: Keys) -> None:
    first = (await client.get("/v1/hazards?limit=2", headers=keys.bearer())).json()
    second = await client.get(
        "/v1/hazards?limit=2", params={"cursor": first["cursor"], "limit": 2}, headers=keys.bearer()
    )

    assert second.json()["items"] == [2, 3]
