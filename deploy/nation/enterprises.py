"""The nation's enterprises, each as a line of an import; any of them can be made alone, by its number."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from itertools import accumulate, product
from math import gcd
from struct import Struct
from typing import Any

from deploy.nation.shares import ENTERPRISES_BY_SIZE, SECTIONS, Shares, by_county
from deploy.nation.sites import site
from shared.codes import regions
from shared.codes.sizes import size_class
from shared.events.base import Size

# Steps of about this much, coprime to the whole, lead to every place once and to no neighbours.
_STRIDE = 2_654_435_761
_DRAWS = Struct("<3I")
_DRAWN = 2**32
# People, yuan of turnover, yuan of assets: one of them for every class of every row of the rule.
_PEOPLE = (3, 15, 60, 150, 350, 2_500)
_YUAN = (200_000, 5_000_000, 30_000_000, 250_000_000, 5_000_000_000)
# Figures differ between enterprises by as much, and stay in their class.
_WIDTH = 1.1

Figures = tuple[int, int, int] | None


class Register:
    """All enterprises of a nation, in an order that has nothing to do with where they are.

    The cases of ``Nation`` with the same seed and as many enterprises happen in these, save where a county
    has fewer than one of a section and size.

    Args:
        seed: of everything that is drawn.
        enterprises: how many there are.
    """

    def __init__(self, seed: int, *, enterprises: int) -> None:
        self._seed = seed.to_bytes(8, "little")
        self._count = enterprises
        counties, sections, sizes = by_county(seed), Shares(SECTIONS), Shares(ENTERPRISES_BY_SIZE)
        self._cells = list(product(counties.keys, sections.keys, sizes.keys))
        shares = (counties.share(c) * sections.share(s) * sizes.share(z) for c, s, z in self._cells)
        # How many there are up to each cell: rounded as a whole, so that the sum is right.
        self._upto = [round(upto * enterprises) for upto in accumulate(shares)]
        self._upto[-1] = enterprises
        self._stride = next(n for n in range(_STRIDE, 2 * _STRIDE) if gcd(n, enterprises) == 1)

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    def rows(self, first: int, last: int) -> Iterator[dict[str, Any]]:
        """Yield the enterprises numbered from ``first`` to before ``last``, as an import takes them."""
        return map(self.row, range(first, min(last, self._count)))

    def row(self, number: int) -> dict[str, Any]:
        """Return one enterprise."""
        place = number * self._stride % self._count
        cell = bisect_right(self._upto, place)
        county, section, size = self._cells[cell]
        within = place - (self._upto[cell - 1] if cell else 0)
        where = site(county, section, size, within)
        draws = _DRAWS.unpack(blake2b(where.enterprise.encode(), key=self._seed, digest_size=12).digest())
        people, revenue, assets = _drawn(_figures(where.industry, size), draws)
        return {
            "uscc": where.enterprise,
            "name": f"{regions.name(county)}第{within + 1}{_TRADES[section]}有限公司",
            "region": county,
            "industry": where.industry,
            "employees": people,
            "revenue_cny": revenue,
            "assets_cny": assets,
            "active_from": f"{2000 + draws[0] % 20}-{1 + draws[1] % 12:02d}-01",
        }


# What the enterprises of each section call themselves.
_TRADES = dict(
    zip(
        SECTIONS,
        (
            *("农业", "采矿", "电机", "供水", "建筑", "商贸", "运输", "餐饮", "软件", "金融"),
            *("物业", "租赁", "科技", "环保", "家政", "教育", "卫生", "文化", "社团", "国际"),
        ),
        strict=True,
    )
)


@cache
def _figures(industry: str, size: Size) -> Figures:
    """Return figures of an enterprise of this size, None where none give it: finance has another rule."""
    for figures in product(_PEOPLE, _YUAN, _YUAN):
        most = tuple(int(figure * _WIDTH) for figure in figures)
        if size_class(industry, *figures).size == size_class(industry, *most).size == size:
            return figures
    return None


def _drawn(figures: Figures, draws: tuple[int, ...]) -> tuple[int | None, ...]:
    if figures is None:
        return None, None, None
    return tuple(
        int(least * (1 + (_WIDTH - 1) * draw / _DRAWN)) for least, draw in zip(figures, draws, strict=True)
    )
