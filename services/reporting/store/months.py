"""Reads the roll-ups of some months: as they lie there, or added up and remembered from report to report."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby

from services.reporting.domain.report import STOCK_PARTS, Counters, added
from services.reporting.domain.rollups import TOTAL
from services.reporting.store.remembered import Asked, Kind, Marks, Remembered, Sums, marks
from services.reporting.store.rollups import AT_ONCE, ROLLUPS, Areas, Paths
from shared.mongo import Collection, Document, Session
from shared.projection import Generation

# Group to the parts of the stocks.
Stocks = dict[str, Counters]


@dataclass(slots=True)
class Months:
    """One point in time of a generation, and what is known of its months up to ``last``."""

    generation: Generation
    session: Session
    last: int
    remembered: Remembered
    _marks: Marks | None = None

    async def with_before(
        self, of: Areas, first: int, paths: Paths
    ) -> tuple[list[Document], dict[str, Stocks]]:
        """Return the documents of the months from ``first``, and each area's stocks before; at one turn."""
        earlier = _stocks_in(of, {"$lt": first}, paths)
        before = {"$unionWith": {"coll": self._collection.name, "pipeline": earlier}}
        rows: list[Document] = []
        stocks: dict[str, Stocks] = {}
        for row in await self._found([*_rows(of, {"$gte": first, "$lte": self.last}, paths), before]):
            if "month" in row:
                rows.append(row)
            else:
                stocks[row.pop("_id")] = _by_group(row)
        return rows, stocks

    async def rows(self, of: Areas, first: int, paths: Paths) -> list[Document]:
        """Return the documents of the months from ``first``."""
        return await self._found(_rows(of, {"$gte": first, "$lte": self.last}, paths))

    async def totals(self, of: Areas, first: int) -> list[Document]:
        """Return one document for each area and month from ``first``, its lanes added up.

        Only months that have changed are read.
        """
        now = await self._now()
        months = [month for month in now if month >= first]
        known = {month: self.remembered.get(self._totals_of(of, month), now[month]) for month in months}
        anew = [month for month, totals in known.items() if totals is None]
        if anew:
            for month, totals in (await self._added_up(of, anew)).items():
                known[month] = totals
                self.remembered.keep(self._totals_of(of, month), now[month], totals)
        return [
            {"area": area, "month": month, TOTAL: counters}
            for month, totals in known.items()
            for area, counters in (totals or {}).items()
        ]

    async def before(self, of: Areas, first: int, paths: Paths) -> dict[str, Stocks]:
        """Return the stocks of each area before a month; only years of which a month has changed are read.

        A register reaches back for decades: more than can be added up in the time that a report has.
        """
        parts: defaultdict[str, list[Counters]] = defaultdict(list)
        earlier = sorted(month for month in await self._now() if month < first)
        for _, months in groupby(earlier, lambda month: month // 100):
            for area, sums in (await self._of_a_year(of, list(months), paths)).items():
                parts[area].append(sums)
        return {area: _by_group(added(sums)) for area, sums in parts.items()}

    async def _of_a_year(self, of: Areas, months: list[int], paths: Paths) -> Sums:
        now, first, last = await self._now(), months[0], months[-1]
        asked = Asked(self.generation.number, Kind.STOCKS, of, paths, first, last)
        mark = sum(now[month] for month in months)
        sums = self.remembered.get(asked, mark)
        if sums is None:
            rows = await self._found(_stocks_in(of, {"$gte": first, "$lte": last}, paths))
            sums = {row.pop("_id"): {name: amount for name, amount in row.items() if amount} for row in rows}
            self.remembered.keep(asked, mark, sums)
        return sums

    async def _now(self) -> Marks:
        """What the session sees of the marks; a report of several levels reads them once."""
        if self._marks is None:
            self._marks = await marks(self.generation, self.session, self.last)
        return self._marks

    def _totals_of(self, of: Areas, month: int) -> Asked:
        return Asked(self.generation.number, Kind.TOTALS, of, (TOTAL,), month, month)

    async def _added_up(self, of: Areas, months: list[int]) -> dict[int, Sums]:
        parts: dict[int, defaultdict[str, list[Counters]]] = {month: defaultdict(list) for month in months}
        for row in await self._found(_rows(of, {"$in": months}, (TOTAL,))):
            parts[row["month"]][row["area"]].append(row.get(TOTAL, {}))
        return {month: {area: added(each) for area, each in areas.items()} for month, areas in parts.items()}

    @property
    def _collection(self) -> Collection:
        return self.generation.collection(ROLLUPS)

    async def _found(self, pipeline: list[Document]) -> list[Document]:
        cursor = self._collection.aggregate(pipeline, session=self.session, batchSize=AT_ONCE)
        found: list[Document] = await cursor.to_list(None)
        return found


def _rows(of: Areas, months: Document, paths: Paths) -> list[Document]:
    """The documents of ``months``, a condition, with the groups that ``paths`` begin with."""
    shown = {path.partition(".")[0]: 1 for path in paths} | {"_id": 0, "area": 1, "month": 1}
    return [{"$match": {**of.where(), "month": months}}, {"$project": shown}]


def _stocks_in(of: Areas, months: Document, paths: Paths) -> list[Document]:
    """The parts of the stocks of ``months``, a condition; one document for each area."""
    sums = {f"{path.replace('.', '/')}/{part}": f"${path}.{part}" for path in paths for part in STOCK_PARTS}
    group = {"_id": "$area"} | {name: {"$sum": source} for name, source in sums.items()}
    return [{"$match": {**of.where(), "month": months}}, {"$group": group}]


def _by_group(sums: Counters) -> Stocks:
    """What was summed under one name each, by group and part."""
    stocks: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, amount in sums.items():
        path, _, part = name.rpartition("/")
        if amount:
            stocks[path.replace("/", ".")][part] = amount
    return {**stocks}
