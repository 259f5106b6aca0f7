"""The nation's stream, made from a seed: every county, section and size, each with its share of the cases.

The shares are assumptions that a measurement needs, not statistics: they give the counters a realistic skew.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from heapq import heappop, heappush
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from stdnum.cn import uscc

from shared.codes import regions
from shared.events.base import CaseFact, Recorded, Site, Size
from shared.events.rules import NATION
from tests.bench import lives

T = TypeVar("T")

ENTERPRISES = 42_000_000
# Suggestions and hazards a day in the planning case, in millions.
_SUGGESTIONS, _HAZARDS = 2.95, 2.05
# The month in which everything happens and is learnt of; days are drawn within it.
MONTH = 202603
_FIRST = datetime(2026, 3, 1, 1, tzinfo=UTC)
_LAST = datetime(2026, 3, 31, 12, tzinfo=UTC)
# Cases by size of their enterprise: few are large, and those say most.
_SIZES: dict[Size, float] = {
    Size.MICRO: 38,
    Size.SMALL: 34,
    Size.MEDIUM: 16,
    Size.LARGE: 10,
    Size.UNKNOWN: 2,
}
# Enterprises by size.
_ENTERPRISES: dict[Size, float] = {
    Size.MICRO: 85,
    Size.SMALL: 12,
    Size.MEDIUM: 1.5,
    Size.LARGE: 0.5,
    Size.UNKNOWN: 1,
}
# Half of the cases come from factories and building sites; every section has some.
_SECTIONS: dict[str, float] = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRST",
        (2, 3, 40, 2, 10, 14, 6, 5, 2, 0.5, 2, 3, 2, 1, 3, 1, 1.5, 1, 0.9, 0.1),
        strict=True,
    )
)
# A division of each section, so that industries look as they do on the wire.
_DIVISIONS = dict(
    zip(
        _SECTIONS,
        (1, 6, 38, 44, 47, 52, 54, 62, 65, 66, 70, 72, 73, 77, 80, 83, 84, 87, 94, 97),
        strict=True,
    )
)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of GB 32100-2015
_ORGANISATION = 9  # places of an organisation's code in it


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
        # Counties differ as their populations do: the largest has some thirty times the median.
        weights = Random(f"counties {seed}")  # noqa: S311
        self.counties = Shares({code: weights.lognormvariate(0, 1) for code in counties()})
        self.sections = Shares(_SECTIONS)
        self.sizes: Shares[Size] = Shares(_SIZES)
        self._enterprises = enterprises

    def site(self) -> Site:
        """Return the site of the next case; some enterprises have far more cases than others."""
        rng = self._random
        region, section = self.counties.draw(rng), self.sections.draw(rng)
        size = self.sizes.draw(rng)
        share = self.counties.share(region) * self.sections.share(section)
        alike = max(self._enterprises * share * _ENTERPRISES[size] / sum(_ENTERPRISES.values()), 1)
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


class Shares(Generic[T]):
    """What is drawn by its share."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        total = sum(weights.values())
        self._weights = {key: weight / total for key, weight in weights.items()}
        self.keys = list(weights)
        self._upto = list(accumulate(self._weights.values()))

    def share(self, key: T) -> float:
        """The share of ``key``; all of them are 1."""
        return self._weights[key]

    def draw(self, rng: Random) -> T:
        """Draw one."""
        return self.keys[min(bisect(self._upto, rng.random()), len(self.keys) - 1)]


def site(region: str, section: str, size: Size, number: int) -> Site:
    """Return the only site of an enterprise: the ``number``-th of its county, section and size."""
    places = len(_SECTIONS) * len(Size)
    code = number * places + list(_SECTIONS).index(section) * len(Size) + list(Size).index(size)
    owner = f"91{region}{_digits(code)}"
    owner += uscc.calc_check_digit(owner)
    return Site(
        id=f"{owner}-1",
        enterprise=owner,
        country=NATION,
        region=region,
        industry=f"{section}{_DIVISIONS[section]:02d}",
        size=size,
    )


def _digits(number: int) -> str:
    digits = ""
    for _ in range(_ORGANISATION):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


@cache
def counties() -> tuple[str, ...]:
    """Return the codes of all counties that are in force."""
    return tuple(
        county.code
        for province in regions.children(NATION)
        for prefecture in regions.children(province.code)
        for county in regions.children(prefecture.code)
        if county.valid_to is None
    )
