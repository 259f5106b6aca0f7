"""Imports over HTTP."""

from itertools import product
from typing import Any

import orjson
import pytest
from stdnum.cn.uscc import calc_check_digit

from services.enterprises.imports.lines import LONGEST_LINE
from shared.events.base import Role
from tests.integration.enterprises.conftest import BODY, KEY, MOTORS, TIMBER, Register, problem
from tests.tokens import bearer


def usccs(count: int) -> list[str]:
    starts = (f"91330503MA{''.join(letters)}X" for letters in product("0123456789", repeat=6))
    return [start + calc_check_digit(start) for start, _ in zip(starts, range(count), strict=False)]


def line(uscc: str, **changed: Any) -> bytes:
    return orjson.dumps({**BODY, "uscc": uscc, **changed}) + b"\n"


def counts(answer: Any) -> dict[str, int]:
    tally = answer.json()
    return {name: tally[name] for name in ("read", "registered", "updated", "unchanged", "refused")}


async def test_every_line_is_registered_and_the_same_file_again_changes_nothing(register: Register) -> None:
    body = b"".join(map(line, usccs(1_200)))

    first = await register.upload(body)
    again = await register.upload(body)

    assert counts(first) == {"read": 1_200, "registered": 1_200, "updated": 0, "unchanged": 0, "refused": 0}
    assert counts(again) == {"read": 1_200, "registered": 0, "updated": 0, "unchanged": 1_200, "refused": 0}
    stored = register.database["enterprises"]
    assert await stored.count_documents({"version": 1}) == await stored.count_documents({}) == 1_200


async def test_errors_name_line_and_field_and_leave_the_other_lines_alone(register: Register) -> None:
    await register.put()
    await register.put(TIMBER)
    await register.ask("POST", f"enterprises/{TIMBER}/close", {"reason": "停产"})
    village, factory = usccs(2)
    body = b"".join(
        [
            line(MOTORS, employees=12),
            line("91330503MA2B0ABC1C"),
            b"\n",
            line(village, region="999999"),
            b"x" * (LONGEST_LINE + 9) + b"\n",
            line(TIMBER, employees=1),
            line(village, occurred_at="2015-11-01T08:00:00Z"),
            line(factory),
        ]
    )

    answer = await register.upload(body)

    assert counts(answer) == {"read": 7, "registered": 1, "updated": 1, "unchanged": 0, "refused": 5}
    assert [(error["line"], error["field"]) for error in answer.json()["errors"]] == [
        (2, "uscc"),
        (5, "body"),
        (4, "region"),
        (6, "uscc"),
        (7, "occurred_at"),
    ]


async def test_two_lines_of_one_enterprise_are_applied_in_their_order(register: Register) -> None:
    body = line(MOTORS) + line(MOTORS, employees=1) + line(MOTORS) + line(MOTORS, employees=2)

    answer = await register.upload(body)

    assert (counts(answer)["registered"], counts(answer)["updated"]) == (1, 3)
    read = await register.ask("GET", f"enterprises/{MOTORS}")
    assert (read.json()["employees"], read.json()["version"]) == (2, 4)


async def test_an_import_repeated_under_its_key_does_not_undo_what_came_after_it(register: Register) -> None:
    key = {"Idempotency-Key": KEY}
    await register.upload(line(MOTORS), headers=key)
    await register.put(employees=12)

    repeated = await register.upload(line(MOTORS), headers=key)
    anew = await register.upload(line(MOTORS))

    assert (counts(repeated)["unchanged"], counts(anew)["updated"]) == (1, 1)


@pytest.mark.promise(2)
async def test_a_line_that_changed_nothing_does_not_undo_later_what_came_after_it(register: Register) -> None:
    key = {"Idempotency-Key": KEY}
    await register.upload(line(MOTORS))
    await register.upload(line(MOTORS), headers=key)
    await register.put(employees=12)

    repeated = await register.upload(line(MOTORS), headers=key)

    assert counts(repeated)["unchanged"] == 1
    assert (await register.ask("GET", f"enterprises/{MOTORS}")).json()["employees"] == 12


async def test_csv_is_read_as_spreadsheets_write_it(register: Register) -> None:
    table = [
        "\ufeffuscc,name,region,industry,employees",
        f"{MOTORS},某电机,330503,C3812,240",
        f"{TIMBER},某木业,330503,C20,",
    ]

    content = "".join(f"{row}\r\n" for row in table).encode()
    answer = await register.upload(content, media_type="text/csv; charset=utf-8")

    assert counts(answer)["registered"] == 2
    assert (await register.ask("GET", f"enterprises/{TIMBER}")).json()["employees"] is None


async def test_a_service_imports_what_lies_in_its_scope(register: Register) -> None:
    body = line(MOTORS) + line(TIMBER, region="210211")

    answer = await register.upload(body, role=Role.SERVICE, reach={"areas": ("33",)})

    assert (counts(answer)["registered"], counts(answer)["refused"]) == (1, 1)
    assert answer.json()["errors"][0]["field"] == "uscc"


async def test_a_service_imports_what_was_written_down_long_ago(register: Register) -> None:
    body = line(MOTORS, occurred_at="2015-11-01T08:00:00+08:00")

    assert counts(await register.upload(body, role=Role.SERVICE))["registered"] == 1


async def test_an_empty_import_reads_nothing(register: Register) -> None:
    assert counts(await register.upload(b""))["read"] == 0


async def test_another_kind_of_file_is_refused(register: Register) -> None:
    refused = await register.upload(b"{}", media_type="application/json")

    assert problem(refused) == (415, "wrong-media-type")


@pytest.mark.parametrize("ending", [b"", b"\n"])
async def test_an_upload_that_breaks_off_keeps_the_lines_that_came_whole(
    register: Register, ending: bytes
) -> None:
    whole, torn = usccs(2)
    messages = iter(
        [
            {"type": "http.request", "body": line(whole) + line(torn)[:-1] + ending, "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    await register.app(_scope(register), receive, send)

    assert sent[0]["status"] == 400
    assert len(await register.events(whole)) == 1
    assert len(await register.events(torn)) == (1 if ending else 0)


def _scope(register: Register) -> dict[str, Any]:
    headers = {**bearer(register.settings, Role.OPERATOR), "Content-Type": "application/x-ndjson"}
    path = "/v1/imports/enterprises"
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("enterprises", 80),
    }
