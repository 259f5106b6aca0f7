"""A fold that writes down every event that is applied, in its case and outside of it."""

from typing import NamedTuple

from shared.events.base import Fact, Recorded
from shared.mongo import Document
from shared.projection import Folded


class Telling(NamedTuple):
    """The effect of every event: that it happened."""

    subject: str
    sequence: int


def tell(state: Document | None, event: Recorded[Fact]) -> Folded[Document, Telling]:
    """Count the event in its case, and tell of it."""
    steps = state["steps"] + 1 if state else 1
    return Folded({"steps": steps}, (Telling(event.subject, event.sequence),))
