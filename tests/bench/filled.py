"""Roll-ups as months of the nation leave them: every county, section and size has its counters."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import exp
from typing import Any

from pymongo import AsyncMongoClient

from deploy.nation import ENTERPRISES, Nation
from services.reporting.domain.activity import counter_of
from services.reporting.domain.days import bin_of
from services.reporting.domain.figures import Flow, State, Stock
from services.reporting.domain.rollups import Key, level_of
from services.reporting.store.rollups import rollup_fields
from shared.events.rules import NATION
from shared.mongo import Document

Identity = Callable[[Key, int], str]
Amounts = Mapping[str, float]
# What a lane's document of a roll-up holds.
Rollup = tuple[Key, Document]

# Cases of the nation in a month, in the planning case.
_CASES = 150_000_000
# What a case, and an enterprise, adds to each counter on average; what would stay below one is not there.
_PER_CASE: Amounts = {
    Flow.SUGGESTIONS_SUBMITTED: 0.59,
    Flow.SUGGESTIONS_REVIEWED: 0.59,
    Flow.SUGGESTIONS_APPROVED: 0.39,
    Flow.SUGGESTIONS_REJECTED: 0.2,
    State.SUGGESTIONS_IMPLEMENTED: 0.39,
    State.SUGGESTIONS_VERIFIED: 0.39,
    Flow.HAZARDS_REPORTED: 0.41,
    Flow.HAZARDS_UNCLASSIFIED: 0.41,
    Flow.HAZARDS_RESOLUTIONS: 0.42,
    Flow.HAZARDS_REOPENED: 0.04,
    Flow.HAZARDS_DISMISSED: 0.03,
    State.HAZARDS_RESOLVED: 0.38,
    State.HAZARDS_VERIFIED: 0.38,
    counter_of(0): 0.2,
    **{bin_of(days): 0.38 * exp(-days / 6) / 6 for days in range(31)},
}
_PER_ENTERPRISE: Amounts = {Stock.ENTERPRISES_REGISTERED: 1}
_INSERTED_TOGETHER = 500


async def fill(  # noqa: PLR0913 - what is filled, and where
    uri: str, database: str, collection: str, rollups: Iterator[Rollup], identity: Identity, *, lanes: int
) -> None:
    """Insert the document of each of ``rollups`` in each lane."""
    async with AsyncMongoClient[dict[str, Any]](uri, w=1) as client:
        rows: list[Document] = []
        for key, counters in rollups:
            rows += [
                {"_id": identity(key, lane)} | rollup_fields(key, lane) | counters for lane in range(lanes)
            ]
            if len(rows) >= _INSERTED_TOGETHER:
                await client[database][collection].insert_many(rows, ordered=False)
                rows = []
        if rows:
            await client[database][collection].insert_many(rows, ordered=False)


def cases(keys: Iterable[Key], *, lanes: int) -> Iterator[Rollup]:
    """Yield the roll-ups with a lane's share of what the nation's cases leave in a month."""
    return _rollups(keys, _CASES / lanes, _PER_CASE)


def registrations(keys: Iterable[Key], *, months: int, lanes: int) -> Iterator[Rollup]:
    """Yield the roll-ups with a lane's share of the enterprises, as many of each of so many months."""
    return _rollups(keys, ENTERPRISES / months / lanes, _PER_ENTERPRISE)


def _rollups(keys: Iterable[Key], count: float, each: Amounts) -> Iterator[Rollup]:
    nation = Nation(0)
    shares = _areas(nation)
    return ((key, _counters(nation, count * shares[key.area], each)) for key in keys)


def keys(month: int, *areas: str) -> Iterator[Key]:
    """Yield the roll-ups of a month, learnt of within it."""
    return (Key(level_of(area), area, month, month) for area in areas)


def _areas(nation: Nation) -> dict[str, float]:
    """The share of the cases that each area has: counties, prefectures, provinces, the nation."""
    shares: dict[str, float] = {NATION: 1.0}
    for county in nation.counties.keys:
        for area in (county, county[:4], county[:2]):
            shares[area] = shares.get(area, 0) + nation.counties.share(county)
    return shares


def _counters(nation: Nation, count: float, each: Amounts) -> Document:
    return {
        "t": _group(count, each),
        "i": {name: _group(count * nation.sections.share(name), each) for name in nation.sections.keys},
        "s": {size.value: _group(count * nation.sizes.share(size), each) for size in nation.sizes.keys},
    }


def _group(count: float, each: Amounts) -> dict[str, int]:
    return {str(name): round(count * amount) for name, amount in each.items() if count * amount >= 1}
