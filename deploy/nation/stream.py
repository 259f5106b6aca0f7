"""The nation's cases as a stream of events, made from a seed: each county, section and size has its share."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random

from deploy.nation import lives
from deploy.nation.shares import CASES_BY_SIZE, ENTERPRISES_BY_SIZE, SECTIONS, Shares, by_county
from deploy.nation.sites import site
from shared.events.base import CaseFact, Recorded, Site

ENTERPRISES = 42_000_000
# Suggestions and hazards a day in the planning case, in millions.
_SUGGESTIONS, _HAZARDS = 2.95, 2.05
# The month in which everything happens and is learnt of; days are drawn within it.
MONTH = 202603
_FIRST = datetime(2026, 3, 1, 1, tzinfo=UTC)
_LAST = datetime(2026, 3, 31, 12, tzinfo=UTC)


class Nation:
    """A nation of enterprises; the same seed makes the same one, and the same stream.

    Args:
        seed: of everything that is drawn.
        enterprises: how many there are.

    Attributes:
        counties, sections, sizes: how the cases are spread.
    """

    def __init__(self, seed: int, *, enterprises: int = ENTERPRISES) -> None:
        self._random = Random(seed)  # noqa: S311 - a measurement, not a secret
        self.counties = by_county(seed)
        self.sections = Shares(SECTIONS)
        self.sizes = Shares(CASES_BY_SIZE)
        self._alike = Shares(ENTERPRISES_BY_SIZE)
        self._enterprises = enterprises

    def site(self) -> Site:
        """Return the site of the next case; some enterprises have far more cases than others."""
        rng = self._random
        region, section = self.counties.draw(rng), self.sections.draw(rng)
        size = self.sizes.draw(rng)
        share = self.counties.share(region) * self.sections.share(section)
        alike = max(self._enterprises * share * self._alike.share(size), 1)
        # Squared, so that a tenth of the enterprises has a third of the cases.
        return site(region, section, size, int(alike * rng.random() ** 2))

    def stream(self, *, apart: int) -> Iterator[Recorded[CaseFact]]:
        """Yield events for ever; those of one case are in order, ``apart`` events from each other or more."""
        rng = self._random
        due: list[tuple[int, str, int]] = []
        begun: dict[str, list[Recorded[CaseFact]]] = {}
        position = 0
        while True:
            if due and due[0][0] <= position:
                _, case, version = heappop(due)
            else:
                case, version = self._begin(begun), 0
            yield begun[case][version]
            if version + 1 < len(begun[case]):
                heappush(due, (position + apart + rng.randrange(1 + apart // 4), case, version + 1))
            else:
                del begun[case]
            position += 1

    def _begin(self, begun: dict[str, list[Recorded[CaseFact]]]) -> str:
        rng = self._random
        is_hazard = rng.random() * (_SUGGESTIONS + _HAZARDS) < _HAZARDS
        case = f"{'hz' if is_hazard else 'sg'}_{rng.getrandbits(128):032x}"
        facts = (lives.hazard if is_hazard else lives.suggestion)(rng, self.site())
        begun[case] = [
            Recorded(fact, case, version, at, at)
            for version, (fact, at) in enumerate(zip(facts, self._days(len(facts)), strict=True), 1)
        ]
        return case

    def _days(self, steps: int) -> Iterable[datetime]:
        """When the steps of a case happened: days apart, all in the month."""
        rng = self._random
        at = _FIRST + timedelta(seconds=rng.random() * 10 * 86_400)
        for _ in range(steps):
            yield at
            at = min(at + timedelta(days=rng.expovariate(0.5)), _LAST)
