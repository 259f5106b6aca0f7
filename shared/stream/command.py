"""A command as the edge hands it over: who wants what, when, and how a repeat of it is recognised."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from shared.clock import now
from shared.events.rules import Actor, Moment, Refused


@dataclass(frozen=True, slots=True)
class Command:
    """One wish to change one case.

    Attributes:
        name: what is wished, such as ``resolve``; a label of bounded values.
        id: the Idempotency-Key, or one made for this request.
        may_repeat: its sender knows the id, and may send the command again.
        digest: hash of route and body; a repeat has the same.
        expected: the version that the sender has seen, if it said so.
        by: who wishes it.
        occurred_at: when it happened on the floor.
        recorded_at: when it reached us.
        received_at: the same by this process's clock, from which the store tells one that comes too late.
        clock_skew: the sender's clock was ahead of ours.
        happens_now: the sender said no time that could be taken: it happened when it reached us.
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
    happens_now: bool = False
    may_repeat: bool = True
    traceparent: str | None = None
    refusal: Refused | None = None
    received_at: datetime = field(default_factory=now)

    def again(self, at: datetime) -> Self:
        """Return the command as one that reaches us only now: it has waited, or the store was overtaken."""
        waited = max(at - self.received_at, timedelta())
        # Rounded up: no event is recorded before what its document says that it waits since.
        whole = timedelta(milliseconds=-(-waited // timedelta(milliseconds=1)))
        return replace(self, received_at=self.received_at + waited, recorded_at=self.recorded_at + whole)

    def moment(self, *, not_recorded_before: datetime | None = None) -> Moment:
        """Return both times; a clock that jumps back does not take a case back in time.

        Raises:
            Refused: its time may not be entered now.
        """
        if self.refusal is not None:
            raise self.refusal
        if not_recorded_before is None:
            return Moment(self.occurred_at, self.recorded_at, self.clock_skew)
        recorded, occurred = max(self.recorded_at, not_recorded_before), self.occurred_at
        if self.happens_now:
            # Another machine's clock, a little ahead, has recorded the step before.
            occurred = max(occurred, not_recorded_before)
        return Moment(occurred, recorded, self.clock_skew)
