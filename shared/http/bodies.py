"""What request bodies are made of: no unknown field, text that says something, times, days and amounts."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from shared.events.base import Fen

# Two pages; a longer story belongs into a document. Counted in characters, whatever their bytes.
LONGEST_TEXT = 4000
# Nothing that a register holds is older, and no conversion of a time runs out of the calendar.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _legible(text: str) -> str:
    if text.isprintable() and not text.isspace():
        return text
    if _CONTROL.search(text):
        raise ValueError("should hold no control characters")
    # Zero-width characters are no blanks to strip, and nothing to read either.
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise ValueError("should not be blank")
    return text


def _rfc3339(value: object) -> object:
    # Numbers would pass as seconds since 1970, and a day as its midnight.
    if isinstance(value, str) and not _RFC3339.fullmatch(value):
        raise ValueError("should be a time with an offset such as 2016-03-01T08:30:00+08:00")
    if isinstance(value, (int, float)):
        raise ValueError("should be a time with an offset such as 2016-03-01T08:30:00+08:00")  # noqa: TRY004
    return value


def _written_day(value: object) -> object:
    # Numbers would pass as days since 1970, and a time as its day in whatever zone.
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("should be a day such as 2016-03-01")
    return value


def _in_calendar(value: datetime) -> datetime:
    if value < _EARLIEST:
        raise ValueError("should not be before 1900")
    return value


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT),
    AfterValidator(_legible),
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_legible)
]
Time = Annotated[AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_in_calendar)]
Day = Annotated[date, BeforeValidator(_written_day)]
# A hundred billion yuan: more than any enterprise saves or spends at a time, and little enough that what many
# claim is never too large in sum for a counter of the store.
MOST_FEN = 10**13
# A text, a fraction or true would pass as a number of fen.
Amount = Annotated[Fen, Field(strict=True, le=MOST_FEN)]


class Body(BaseModel):
    """The body of a command; ``occurred_at`` is read by the ``command`` dependency."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    occurred_at: Time | None = None
