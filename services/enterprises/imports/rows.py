"""From lines to enterprises, JSON or CSV; what is wrong with one line never touches another."""

import csv
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from services.enterprises.bodies import EnterpriseRow
from services.enterprises.imports.lines import LONGEST_LINE, Line
from shared.http import Problem, invalid
from shared.http.fields import errors_of

_BOM = b"\xef\xbb\xbf"
_NUMBERS = frozenset({"employees", "revenue_cny", "assets_cny"})
# Longer digits than any figure has are left to the model to refuse.
_DIGITS = 18

Fault = tuple[str, str]


class Row(NamedTuple):
    """A line that says something: the enterprise and the fields as sent, or what is wrong, field by field."""

    line: int
    row: EnterpriseRow | None
    sent: Any = None
    faults: tuple[Fault, ...] = ()


class NotARow(Exception):  # noqa: N818 - named as the refusal it is
    """A line that cannot be taken apart; the sentence says why."""


Parse = Callable[[bytes], Any]


async def rows(lines: AsyncIterable[Line], media_type: str) -> AsyncIterator[Row]:
    """Yield a row for every line that is not blank.

    Raises:
        Problem: 415, the media type is neither NDJSON nor CSV; 422, the header of the CSV is not right.
    """
    parse = _PARSERS.get(media_type, _unknown)()
    async for number, content in lines:
        if content is None:
            yield Row(number, None, faults=(("body", f"the line is longer than {LONGEST_LINE} bytes"),))
            continue
        text = (content.removeprefix(_BOM) if number == 1 else content).strip()
        if not text:
            continue
        try:
            sent = parse(text)
        except NotARow as error:
            yield Row(number, None, faults=(("body", str(error)),))
        else:
            if sent is not None:
                yield _row(number, sent)


def _row(number: int, sent: Any) -> Row:
    try:
        return Row(number, EnterpriseRow.model_validate(sent), sent)
    except ValidationError as error:
        return Row(number, None, sent, tuple(errors_of(error.errors())))


def _json() -> Parse:
    def parse(text: bytes) -> Any:
        try:
            sent = orjson.loads(text)
        except ValueError:
            raise NotARow("the line is not JSON") from None
        if not isinstance(sent, dict):
            raise NotARow("the line is not a JSON object")
        return sent

    return parse


def _csv() -> Parse:
    """Return a parser whose first line is the header, of which it makes no row."""
    columns: list[str] = []

    def parse(text: bytes) -> Any:
        if not columns:
            columns.extend(_header(text))
            return None
        cells = _cells(text)
        if len(cells) != len(columns):
            raise NotARow(f"the line has {len(cells)} values, the header {len(columns)} columns")
        return {name: _value(name, cell) for name, cell in zip(columns, cells, strict=True)}

    return parse


def _header(text: bytes) -> list[str]:
    try:
        columns = _cells(text)
    except NotARow as error:
        raise invalid("body", f"the header cannot be read: {error}") from None
    fields = EnterpriseRow.model_fields
    for name in columns:
        if name not in fields or columns.count(name) > 1:
            raise invalid("body", f"the header should name once each of: {', '.join(fields)}")
    for name, field in fields.items():
        if field.is_required() and name not in columns:
            raise invalid(name, "is a column that the header should name")
    return columns


def _cells(text: bytes) -> list[str]:
    try:
        (cells,) = csv.reader([text.decode()], strict=True)
    except UnicodeDecodeError:
        raise NotARow("the line is not UTF-8") from None
    except csv.Error:
        raise NotARow("the line is not CSV; a quoted value ends on its line") from None
    return [cell.strip() for cell in cells]


def _value(name: str, cell: str) -> str | int | None:
    number = name in _NUMBERS and cell.isascii() and cell.isdigit() and len(cell) <= _DIGITS
    return int(cell) if number else cell or None


def _unknown() -> Parse:
    raise Problem("wrong-media-type", 415, f"An import is one of {', '.join(_PARSERS)}.")


_PARSERS: dict[str, Callable[[], Parse]] = {"application/x-ndjson": _json, "text/csv": _csv}
MEDIA_TYPES = tuple(_PARSERS)
