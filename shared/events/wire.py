"""CloudEvents 1.0 on Kafka, binary mode: an event to a record and a record to an event, without loss."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from functools import lru_cache
from typing import NamedTuple

from pydantic import ValidationError

from shared.events.base import Fact, Recorded
from shared.events.registry import FACTS

Headers = list[tuple[str, bytes]]
# Ours have 35 characters (prefix and 128 bits) or 18 (enterprises); what is longer would only bloat keys.
LONGEST_SUBJECT = 64
_SPECVERSION = ("ce_specversion", b"1.0")
_JSON = ("content-type", b"application/json")
# Written as we write it, and small enough for any store; a case has at most 500 events.
_SEQUENCE = re.compile(r"[1-9][0-9]{0,8}")


class Record(NamedTuple):
    """What goes to Kafka."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that is no event of ours, with what could still be read of its identity."""

    reason: str
    detail: str
    subject: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a type or major version that this build does not know yet."""

    type: str
    subject: str
    sequence: int


Decoded = Recorded[Fact] | Unknown | Unreadable


class Envelope(NamedTuple):
    """The CloudEvents attributes of an event, as text; what was stored is what is published."""

    topic: str
    key: str
    type: str
    major: int
    subject: str
    sequence: int
    time: str
    recorded_time: str
    traceparent: str | None = None


def envelope(event: Recorded[Fact]) -> Envelope:
    """Return the attributes of ``event``."""
    return Envelope(
        topic=event.fact.kafka_topic,
        key=event.fact.key,
        type=event.type,
        major=event.fact.major,
        subject=event.subject,
        sequence=event.sequence,
        time=event.occurred_at.isoformat(),
        recorded_time=event.recorded_at.isoformat(),
        traceparent=event.traceparent,
    )


def data(fact: Fact) -> str:
    """Return the value of the record that carries ``fact``: its JSON."""
    return fact.model_dump_json(by_alias=True)


def record(of: Envelope, value: str) -> Record:
    """Return the Kafka record of an event; the same event gives the same record for ever."""
    kind, source, schema = _fixed(of.topic, of.type, of.major)
    subject, sequence, key = of.subject.encode(), b"%d" % of.sequence, of.key.encode()
    headers = [
        _SPECVERSION,
        ("ce_id", b"%b:%b" % (subject, sequence)),
        kind,
        source,
        ("ce_subject", subject),
        ("ce_time", of.time.encode()),
        schema,
        ("ce_sequence", sequence),
        ("ce_partitionkey", key),
        ("ce_recordedtime", of.recorded_time.encode()),
        _JSON,
    ]
    if of.traceparent:
        headers.append(("traceparent", of.traceparent.encode()))
    return Record(of.topic, key, value.encode(), headers)


# There are some dozens of types, and each is written millions of times.
@lru_cache(maxsize=256)
def _fixed(topic: str, name: str, major: int) -> tuple[tuple[str, bytes], ...]:
    return (
        ("ce_type", name.encode()),
        ("ce_source", f"/nanxun/{topic}".encode()),
        ("ce_dataschema", f"/schemas/{name}/{major}".encode()),
    )


def encode(event: Recorded[Fact]) -> Record:
    """Return the Kafka record that carries ``event``."""
    return record(envelope(event), data(event.fact))


def decode(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> Decoded:
    """Return the event that a record carries, or why there is none; never raises."""
    subject: str | None = None
    sequence: int | None = None
    headers = tuple(headers)
    try:
        read = _texts(headers)
        subject, sequence = _case(read)
        return _event(key, value, read, subject, sequence)
    except UnicodeDecodeError as error:
        return Unreadable("headers", f"not UTF-8: {error.reason}", *_identity(headers))
    except KeyError as error:
        return Unreadable("headers", f"{error.args[0]} is missing", subject, sequence)
    except ValidationError as error:
        return Unreadable("schema", _first(error), subject, sequence)
    except ValueError as error:
        return Unreadable("headers", str(error), subject, sequence)


def _texts(headers: Iterable[tuple[str, bytes | None]], errors: str = "strict") -> dict[str, str]:
    """The headers as text; one that is null is one that is missing, and a broken trace costs no event."""
    return {
        name: raw.decode("utf-8", errors if name.startswith("ce_") else "replace")
        for name, raw in headers
        if raw is not None
    }


def _case(read: Mapping[str, str]) -> tuple[str, int]:
    subject, sequence = read["ce_subject"], read["ce_sequence"]
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ValueError("ce_subject is empty or longer than any id of ours")
    if not _SEQUENCE.fullmatch(sequence):
        raise ValueError("ce_sequence is not a whole number from 1")
    return subject, int(sequence)


def _event(
    key: bytes | None, value: bytes | None, read: Mapping[str, str], subject: str, sequence: int
) -> Decoded:
    if read["ce_id"] != f"{subject}:{sequence}":
        return Unreadable("headers", "ce_id is not <ce_subject>:<ce_sequence>")
    name = read["ce_type"]
    model = FACTS.get(name)
    if model is None or read["ce_dataschema"] != f"/schemas/{name}/{model.major}":
        return Unknown(name, subject, sequence)
    if value is None:
        return Unreadable("value", "the record has no value", subject, sequence)
    fact = model.model_validate_json(value)
    if fact.key.encode() != key or fact.key != read["ce_partitionkey"]:
        return Unreadable("key", "the record's key is not the enterprise of its data", subject, sequence)
    occurred_at, recorded_at = _time(read["ce_time"]), _time(read["ce_recordedtime"])
    return Recorded(fact, subject, sequence, occurred_at, recorded_at, read.get("traceparent"))


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a time without an offset: {text[:40]}")
    if not MINYEAR < at.year < MAXYEAR:
        raise ValueError(f"a time that cannot be told in another zone: {text[:40]}")
    return at


def _identity(headers: Iterable[tuple[str, bytes | None]]) -> tuple[str | None, int | None]:
    """What can be read of a record's identity when some other header cannot."""
    read = _texts(headers, "replace")
    try:
        subject, sequence = _case(read)
    except (KeyError, ValueError):
        return None, None
    whole = "\ufffd" not in subject and read.get("ce_id") == f"{subject}:{sequence}"
    return (subject, sequence) if whole else (None, None)


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
