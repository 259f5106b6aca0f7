"""What operators decide about records and cases that stand still; every rebuild reads these facts first."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, get_args

from pydantic import Field, ValidationError

from shared.events.base import Fact, Recorded, Role
from shared.events.wire import Record, encode

TOPIC = "operations"
_SUBJECT = re.compile(r"[a-z]{2}_[0-9a-f]{32}")


class OperatorFact(Fact):
    """A decision about one projection; keyed by it, since no enterprise is concerned as such."""

    kafka_topic: ClassVar[str] = TOPIC

    by: Role = Role.OPERATOR
    projection: str = Field(description="whose reading of the log is decided on: its consumer group")
    topic: str = Field(description="the topic on the cluster")
    partition: int

    @property
    def key(self) -> str:
        """The projection."""
        return self.projection


class DeadLetterFact(OperatorFact):
    """A decision about one record that the projection could not read."""

    offset: int
    record: str = Field(
        description="the record's ce_id, or the hash of its key and value: another log has another"
    )
    after: int = Field(description="the decision holds once the partition was read up to this offset")
    enterprise: str | None = Field(default=None, description="the record's key, where its case can be told")
    subject: str | None = Field(default=None, description="id of the case, where it can be told")
    sequence: int | None = Field(
        default=None, description="the event's place in its case, where it can be told"
    )


class DeadLetterRedriven(DeadLetterFact):
    """The record can be read by now, and is applied to its case in this projection."""

    letter_partition: int = Field(description="where the dead letter is: the partition of <topic>.dead")
    letter_offset: int = Field(
        description="its offset there: the copy, should the log no longer have the record"
    )


class DeadLetterDiscarded(DeadLetterFact):
    """The record will not be applied; where it left a hole in a case, the case goes on without it."""


class CaseReleased(OperatorFact):
    """The bug that parked the case is mended: its events are applied again from where it stands."""

    enterprise: str = Field(description="the key of the case's events")
    subject: str = Field(description="id of the case")
    sequence: int = Field(description="the event that the case is parked at")


AnyOperation = DeadLetterRedriven | DeadLetterDiscarded | CaseReleased
OPERATIONS: dict[str, type[OperatorFact]] = {fact.__name__: fact for fact in get_args(AnyOperation)}


def place(projection: str, topic: str, partition: int, offset: int) -> str:
    """Return the id of a dead letter, the same from wherever it is computed: repeats of a letter have one."""
    whole = f"{projection}/{topic}/{partition}/{offset}"
    return f"dl_{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def letter(of: DeadLetterFact) -> tuple[str, str, int, int]:
    """Return by what the dead letter of a decision is known: projection, topic, partition, offset."""
    return of.projection, of.topic, of.partition, of.offset


def decided(fact: AnyOperation, subject: str, *, at: datetime) -> Record:
    """Return the record of a decision.

    Args:
        fact: what was decided.
        subject: the dead letter (``place``), or an id of the release; the first decision on a letter counts.
        at: when.
    """
    event: Recorded[Fact] = Recorded(fact, subject, 1, at, at)
    return encode(event)


def read(
    value: bytes | None, headers: Iterable[tuple[str, bytes | None]]
) -> tuple[str, datetime, AnyOperation] | None:
    """Return the id of a decision, when it was taken, and the decision itself.

    None where the record is no decision that this build knows.
    """
    said = {name: (raw or b"").decode(errors="replace") for name, raw in headers}
    model = OPERATIONS.get(said.get("ce_type", ""))
    subject = said.get("ce_subject", "")
    if model is None or said.get("ce_dataschema") != f"/schemas/{model.__name__}/{model.major}":
        return None
    if not _SUBJECT.fullmatch(subject):
        return None
    try:
        fact = model.model_validate_json(value or b"")
        at = datetime.fromisoformat(said.get("ce_time", ""))
    except (ValidationError, ValueError):
        return None
    assert isinstance(fact, AnyOperation)
    return subject, at, fact
