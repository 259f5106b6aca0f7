"""Records that a case keeps: as documents with all that was on the log, and read again from them."""

from shared.events.base import Fact, Recorded
from shared.events.wire import Unknown, Unreadable, decode
from shared.mongo import Document
from shared.projection.records import Item


def place(item: Item) -> Document:
    """Return where the record lies on the log."""
    return {"topic": item.record.topic, "partition": item.record.partition, "offset": item.record.offset}


def kept(item: Item, sequence: int) -> Document:
    """Return the record as it was on the log, so that it can be read again."""
    record = item.record
    return place(item) | {
        "sequence": sequence,
        # Whoever wrote the record said so: it may be no time at all, and is kept as the number that it is.
        "logged": record.timestamp,
        "key": record.key,
        "value": record.value,
        "headers": [[name, value] for name, value in record.headers],
    }


def again(document: Document) -> Recorded[Fact] | Unknown:
    """Return the event of a record that was kept."""
    headers = [(name, value) for name, value in document["headers"]]
    event = decode(document["key"], document["value"], headers)
    assert not isinstance(event, Unreadable), "only what could be read is held"
    return event
