"""What a service says once a second on topic ``watermarks``: before when all it recorded is published."""

from datetime import UTC, datetime
from typing import ClassVar

from pydantic import AwareDatetime, Field, ValidationError

from shared.events.base import Part
from shared.events.wire import Envelope, Headers, Record, record

TOPIC = "watermarks"
#: Said while a topic is being set back to unpublished: of the past nothing is promised.
NOTHING = datetime(1970, 1, 1, tzinfo=UTC)
# Every reader of JSON has it exactly, and every store has room for it.
_MOST = 2**53


class PublishedBefore(Part):
    """Everything that the service recorded before a time is on its topics; said once a second.

    Who has read the topics up to the ends that they have after reading this, has all of it.
    """

    major: ClassVar[int] = 1

    service: str
    sequence: int = Field(
        ge=1, le=_MOST, description="counts what the service says; a later word replaces an earlier"
    )
    topics: tuple[str, ...] = Field(description="what it publishes", strict=False)
    before: AwareDatetime = Field(
        description="by the clock of the service's store; 1970 where nothing is promised", strict=False
    )
    epoch: int = Field(
        default=0,
        ge=0,
        le=_MOST,
        description="counts how often it began to publish anew; what it said before is void",
    )


def encode(said: PublishedBefore) -> Record:
    """Return the record that carries a statement."""
    at = said.before.isoformat()
    name = type(said).__name__
    of = Envelope(TOPIC, said.service, name, said.major, said.service, said.sequence, at, at)
    return record(of, said.model_dump_json())


def decode(value: bytes | None, headers: Headers) -> PublishedBefore | None:
    """Return the statement that a record carries; None where it is another, or none."""
    if dict(headers).get("ce_dataschema") != f"/schemas/PublishedBefore/{PublishedBefore.major}".encode():
        return None
    try:
        return PublishedBefore.model_validate_json(value or b"")
    except ValidationError:
        return None
