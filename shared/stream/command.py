"""A command as the edge hands it over: who wants what, when, and how a repeat of it is recognised."""

from dataclasses import dataclass
from datetime import datetime

from shared.events.rules import Actor, Moment, Refused


@dataclass(frozen=True, slots=True)
class Command:
    """One wish to change one case.

    Attributes:
        name: what is wished, such as ``resolve``; a label of bounded values.
        id: the Idempotency-Key, or one made for this request.
        digest: hash of route and body; a repeat has the same.
        expected: the version that the sender has seen, if it said so.
        by: who wishes it.
        occurred_at: when it happened on the floor.
        recorded_at: when it reached us.
        clock_skew: the sender's clock was ahead of ours.
        traceparent: W3C trace context of the request.
        refusal: why it may not be done now; a repeat of what was done in time is answered all the same.
    """

    name: str
    id: str
    digest: str
    expected: int | None
    by: Actor
    occurred_at: datetime
    recorded_at: datetime
    clock_skew: bool = False
    traceparent: str | None = None
    refusal: Refused | None = None

    def moment(self, *, not_recorded_before: datetime | None = None) -> Moment:
        """Return both times; a clock that jumps back does not take a case back in time.

        Raises:
            Refused: its time may not be entered now.
        """
        if self.refusal is not None:
            raise self.refusal
        recorded = max(self.recorded_at, not_recorded_before) if not_recorded_before else self.recorded_at
        return Moment(self.occurred_at, recorded, self.clock_skew)
