"""From where a relay looks for what waits, so that it does not walk over what it has marked.

An index entry that was taken out stays in its page for as long as MongoDB keeps snapshots of the past, 300 s
by default, and whoever looks from the beginning walks over it: at the nation's pace over a hundred thousand,
at each of forty looks a second. So most looks begin where the last one ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from shared.relay.waiting import LATEST, WHOLE_SECONDS, SetBack

# A command may have been under way when younger ones were found. Most are found at the next look; once a
# second one goes back as far as any may come late.
_LATE = timedelta(seconds=1)
_LATEST_SECONDS = 1.0


@dataclass(slots=True)
class Front:
    """How far one hand has come.

    Attributes:
        clock: seconds that never run backwards.
        quiet: the last look found nothing.
    """

    clock: Callable[[], float] = monotonic
    quiet: bool = False
    _known: tuple[Sequence[int], SetBack] = ((), SetBack())
    _since: datetime | None = None
    _clock: datetime | None = None
    _latest_at: float = 0.0
    _whole_at: float = 0.0

    def since(self, slots: Sequence[int], set_back: SetBack, clock: datetime | None) -> datetime | None:
        """Return from when on the next look is to look; None: at everything.

        Not from later than the store's ``clock`` at the look before: of two processes that record commands,
        one may be ahead, and what the other has recorded since then is no older than that.
        """
        now = self.clock()
        before, self._clock = self._clock, clock
        far = now >= self._latest_at
        # Nothing is known of a slot that another relay worked until now, nor of what is being set back or has
        # been since the look before.
        whole = (slots, set_back) != self._known or now >= self._whole_at or (far and set_back.going_on)
        if far or whole:
            self._latest_at = now + _LATEST_SECONDS
        if whole:
            self._known, self._whole_at = (slots, set_back), now + WHOLE_SECONDS
        if whole or self._since is None or before is None or clock is None:
            return None
        # The store's clock may have gone back meanwhile.
        since = min(self._since, min(before, clock) - _LATE)
        return since - LATEST if far else since

    def passed(self, newest: datetime | None, *, full: bool) -> None:
        """Take note that whatever waits since before ``newest`` is marked; ``full``: not all since then."""
        self.quiet = newest is None
        if newest is not None:
            self._since = newest if full else newest - _LATE
