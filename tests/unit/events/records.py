"""The sample of one event as a record, and that record with something changed."""

import json
from pathlib import Path

from shared.events.wire import Decoded, Unreadable

SAMPLE = json.loads(
    (Path(__file__).parents[3] / "shared/events/samples/HazardResolved/1.json").read_text("utf-8")
)
KEY: bytes = SAMPLE["key"].encode()
VALUE: bytes = json.dumps(SAMPLE["value"]).encode()
SUBJECT: str = SAMPLE["headers"]["ce_subject"]
SEQUENCE = 4


def headers(**changes: str | bytes | None) -> list[tuple[str, bytes]]:
    """The sample's headers with changes; None takes one away."""
    texts = {**SAMPLE["headers"], **changes}
    return [
        (name, text.encode() if isinstance(text, str) else text)
        for name, text in texts.items()
        if text is not None
    ]


def of(subject: str, sequence: str) -> list[tuple[str, bytes]]:
    return headers(ce_subject=subject, ce_sequence=sequence, ce_id=f"{subject}:{sequence}")


def value(**changes: object) -> bytes:
    return json.dumps({**SAMPLE["value"], **changes}).encode()


def unreadable(decoded: Decoded) -> tuple[str, str | None, int | None]:
    assert isinstance(decoded, Unreadable), decoded
    assert decoded.detail
    return decoded.reason, decoded.subject, decoded.sequence
