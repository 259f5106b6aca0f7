"""How a refused field is named: its dotted path, with a message that repeats nothing of what was sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# A body of unknown fields must not come back as a megabyte of answers.
MOST_ERRORS = 100
LONGEST_NAME = 100
_PLACES = {"body", "query", "path", "header", "cookie"}


def errors_of(errors: Sequence[Any]) -> Iterable[tuple[str, str]]:
    """Return (field, message) of each of pydantic's errors; the body as a whole is the field ``body``."""
    return [(_field(error["loc"]), _message(error)) for error in errors[:MOST_ERRORS]]


def _field(loc: Sequence[str | int]) -> str:
    place, *path = loc or ("body",)
    # After "body" alone stands the position at which JSON ended; that is no field.
    if place == "body" and len(path) == 1 and isinstance(path[0], int):
        return "body"
    return ".".join(map(str, path if place in _PLACES else loc))[:LONGEST_NAME] or str(place)


def _message(error: Mapping[str, Any]) -> str:
    if tuple(error["loc"]) == ("body",) and error["type"] != "missing":
        return "should be a JSON object, sent as application/json"
    if error["type"] == "json_invalid":
        return "is not JSON"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
