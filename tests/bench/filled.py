"""Roll-ups as a month of the nation leaves them: every county, section and size has its counters."""

from collections.abc import Callable, Iterator
from math import exp
from typing import Any

from pymongo import AsyncMongoClient

from deploy.nation import Nation
from services.reporting.domain.activity import counter_of
from services.reporting.domain.days import bin_of
from services.reporting.domain.figures import Flow, State
from services.reporting.domain.rollups import Key, level_of
from services.reporting.store.rollups import rollup_fields
from shared.events.rules import NATION
from shared.mongo import Document

# Cases of the nation in a month, in the planning case.
_CASES = 150_000_000
# What a case adds to each counter, on average; one that would stay below one is not there.
_PER_CASE: dict[str, float] = {
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
_INSERTED_TOGETHER = 500

Identity = Callable[[Key, int], str]


async def fill(  # noqa: PLR0913 - what is filled, and where
    uri: str, database: str, collection: str, keys: Iterator[Key], identity: Identity, *, lanes: int
) -> None:
    """Insert the documents of ``keys`` for each lane, with the counters that the nation's cases leave."""
    nation = Nation(0)
    shares = _areas(nation)
    async with AsyncMongoClient[dict[str, Any]](uri, w=1) as client:
        rows: list[Document] = []
        for key in keys:
            counters = _counters(nation, _CASES * shares[key.area] / lanes)
            rows += [
                {"_id": identity(key, lane)} | rollup_fields(key, lane) | counters for lane in range(lanes)
            ]
            if len(rows) >= _INSERTED_TOGETHER:
                await client[database][collection].insert_many(rows, ordered=False)
                rows = []
        if rows:
            await client[database][collection].insert_many(rows, ordered=False)


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


def _counters(nation: Nation, cases: float) -> Document:
    return {
        "t": _group(cases),
        "i": {section: _group(cases * nation.sections.share(section)) for section in nation.sections.keys},
        "s": {size.value: _group(cases * nation.sizes.share(size)) for size in nation.sizes.keys},
    }


def _group(cases: float) -> dict[str, int]:
    return {str(name): round(cases * each) for name, each in _PER_CASE.items() if cases * each >= 1}
