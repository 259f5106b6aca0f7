"""From the bytes of an import to its rows."""

import itertools
from collections.abc import AsyncIterator, Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enterprises.imports.lines import LONGEST_LINE, Line, lines
from services.enterprises.imports.rows import Row, rows
from services.enterprises.imports.tally import MOST_ERRORS, Tally
from shared.http import Problem

ROW = {"uscc": "91330503MA2B0ABC1B", "name": "南浔某电机有限公司", "region": "330503", "industry": "C3812"}
JSON, CSV = "application/x-ndjson", "text/csv"
HEADER = "uscc,name,region,industry,employees\n"


async def arriving(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def split(*chunks: bytes) -> list[Line]:
    return [line async for line in lines(arriving(*chunks))]


async def read(body: str | bytes, media_type: str) -> list[Row]:
    sent = body.encode() if isinstance(body, str) else body
    return [row async for row in rows(lines(arriving(sent)), media_type)]


@given(st.lists(st.binary(max_size=9)), st.lists(st.integers(0, 60)))
async def test_lines_are_the_same_however_they_arrive(content: Sequence[bytes], cuts: Sequence[int]) -> None:
    body = b"\n".join(content)
    marks = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    chunks = [body[start:end] for start, end in itertools.pairwise(marks)]

    whole = body.split(b"\n")
    expected = whole if whole[-1] else whole[:-1]

    assert await split(*chunks) == [Line(number, each) for number, each in enumerate(expected, 1)]


async def test_a_line_that_is_too_long_is_left_out_and_not_kept_while_it_arrives() -> None:
    long = [b"x" * LONGEST_LINE] * 5

    found = await split(b"a\n", *long, b"\nb\n", b"x" * (LONGEST_LINE + 1))

    assert found == [Line(1, b"a"), Line(2, None), Line(3, b"b"), Line(4, None)]


async def test_blank_lines_are_passed_over_and_numbers_stay_those_of_the_file() -> None:
    body = b"\xef\xbb\xbf" + orjson.dumps(ROW) + b"\r\n\r\n  \n" + orjson.dumps(ROW)

    assert [(row.line, row.faults) for row in await read(body, JSON)] == [(1, ()), (4, ())]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (b"{", ["body"]),
        (b"[1]", ["body"]),
        (b"\xff", ["body"]),
        (orjson.dumps({**ROW, "colour": "red"}), ["colour"]),
        (orjson.dumps({**ROW, "uscc": "91330503MA2B0ABC1C"}), ["uscc"]),
        (orjson.dumps({**ROW, "name": " "}), ["name"]),
        (orjson.dumps({**ROW, "employees": "many"}), ["employees"]),
        (orjson.dumps({**ROW, "active_from": 14_000}), ["active_from"]),
        (orjson.dumps({"uscc": ROW["uscc"]}), ["name", "region", "industry"]),
    ],
)
async def test_what_is_wrong_with_a_line_is_said_by_field(line: bytes, fields: list[str]) -> None:
    (row,) = await read(line, JSON)

    assert row.row is None
    assert [field for field, _ in row.faults] == fields


async def test_csv_says_the_same_as_json_with_empty_cells_for_what_is_not_known() -> None:
    body = HEADER + '91330503MA2B0ABC1B, "南浔某电机有限公司" ,330503,C3812,240\n'.replace(' "', '"').replace(
        '" ', '"'
    )
    full, bare = await read(body + "91330503MA2B0ABC1B,名,330503,C38,\n", CSV)

    assert full.row is not None
    assert bare.row is not None
    assert full.row.model_dump(exclude_unset=True) == {**ROW, "employees": 240}
    assert bare.row.employees is None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("91330503MA2B0ABC1B,名,330503,C38", "body"),
        ('91330503MA2B0ABC1B,"名,330503,C38,1', "body"),
        ("91330503MA2B0ABC1B,名,330503,C38,1.5", "employees"),
        ('91330503MA2B0ABC1B,名,330503,C38,"1,500"', "employees"),
        (",名,330503,C38,1", "uscc"),
    ],
)
async def test_a_line_of_csv_that_is_wrong_leaves_the_others_alone(line: str, field: str) -> None:
    good = "91330503MA2B0ABC1B,名,330503,C38,1\n"

    wrong, right = await read(HEADER + line + "\n" + good, CSV)

    assert [name for name, _ in wrong.faults] == [field]
    assert right.row is not None


async def test_csv_in_another_encoding_is_said_to_be_no_utf8() -> None:
    body = HEADER.encode() + "91330503MA2B0ABC1B,南浔,330503,C38,1\n".encode("gb18030")

    (row,) = await read(body, CSV)

    assert row.faults == (("body", "the line is not UTF-8"),)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("uscc,name,region\n", "industry"),
        ("uscc,name,region,industry,colour\n", "body"),
        ("uscc,name,region,industry,name\n", "body"),
        ('"uscc\n', "body"),
    ],
)
async def test_a_header_that_is_wrong_refuses_the_whole_import(header: str, field: str) -> None:
    with pytest.raises(Problem) as refused:
        await read(header, CSV)

    assert [name for name, _ in refused.value.errors] == [field]


async def test_another_media_type_is_refused_with_those_that_are_read() -> None:
    with pytest.raises(Problem, match="application/x-ndjson, text/csv") as refused:
        await read("x", "application/vnd.ms-excel")

    assert refused.value.status_code == 415


def test_the_first_thousand_errors_are_shown_and_all_are_counted() -> None:
    tally = Tally()

    for line in range(MOST_ERRORS + 5):
        tally.refuse(line, [("uscc", "is mistyped")])

    assert (tally.read, tally.refused, len(tally.errors)) == (1_005, 1_005, 1_000)
