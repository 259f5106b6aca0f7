"""Reads the roll-ups of some months: as they lie there, or whole months that were added up before."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from services.reporting.domain.report import STOCK_PARTS, Counters, added
from services.reporting.domain.rollups import TOTAL, Level
from services.reporting.store.remembered import Asked, MonthTotals, Remembered, marks
from services.reporting.store.rollups import ROLLUPS
from shared.mongo import Collection, Document, Session
from shared.projection import Generation

# By itself MongoDB answers with 101 first, and a nation's total over a year is more: a second turn at the
# server, in the middle of a projection's load. A reply ends at 16 MB in any case.
_AT_ONCE = 10_000


# Group to the parts of the stocks.
Stocks = dict[str, Counters]


class Areas(NamedTuple):
    """The areas at a level that lie in an area, and the condition that finds their roll-ups."""

    level: Level
    area: str
    where: Document


@dataclass(frozen=True, slots=True)
class Months:
    """One point in time of a generation, and what is known of its months."""

    generation: Generation
    session: Session
    remembered: Remembered

    async def with_before(
        self, of: Areas, first: int, last: int, paths: list[str]
    ) -> tuple[list[Document], dict[str, Stocks]]:
        """Return the documents of these months, and the stocks of each area before them; at one turn."""
        before = {"$unionWith": {"coll": self._collection.name, "pipeline": _before(of, first, paths)}}
        rows: list[Document] = []
        stocks: dict[str, Stocks] = {}
        for row in await self._found([*_rows(of, {"$gte": first, "$lte": last}, paths), before]):
            if "month" in row:
                rows.append(row)
            else:
                stocks[row["_id"]] = _stocks(row)
        return rows, stocks

    async def before(self, of: Areas, first: int, paths: list[str]) -> dict[str, Stocks]:
        """Return the stocks of each area before a month; the months are many, and summed on the server."""
        return {row["_id"]: _stocks(row) for row in await self._found(_before(of, first, paths))}

    async def totals(self, of: Areas, months: list[int]) -> list[Document]:
        """Return one document for each area and month, its lanes added up; only what has changed is read."""
        now = await marks(self.generation, self.session, months)
        asked = {month: Asked(self.generation.number, of.level, of.area, month) for month in months}
        known = {month: self.remembered.get(asked[month], now.get(month)) for month in months}
        anew = [month for month, totals in known.items() if totals is None]
        if anew:
            for month, totals in (await self._added_up(of, anew)).items():
                known[month] = totals
                # What has no marks cannot be told to be unchanged.
                if month in now:
                    self.remembered.keep(asked[month], now[month], totals)
        return [
            {"area": area, "month": month, TOTAL: counters}
            for month, totals in known.items()
            for area, counters in (totals or {}).items()
        ]

    async def _added_up(self, of: Areas, months: list[int]) -> dict[int, MonthTotals]:
        parts: dict[int, defaultdict[str, list[Counters]]] = {month: defaultdict(list) for month in months}
        for row in await self._found(_rows(of, {"$in": months}, [TOTAL])):
            parts[row["month"]][row["area"]].append(row.get(TOTAL, {}))
        return {month: {area: added(each) for area, each in of_.items()} for month, of_ in parts.items()}

    @property
    def _collection(self) -> Collection:
        return self.generation.collection(ROLLUPS)

    async def _found(self, pipeline: list[Document]) -> list[Document]:
        cursor = self._collection.aggregate(pipeline, session=self.session, batchSize=_AT_ONCE)
        found: list[Document] = await cursor.to_list(None)
        return found


def _rows(of: Areas, months: Document, paths: list[str]) -> list[Document]:
    """The documents of ``months``, a condition, with the groups that ``paths`` begin with."""
    shown = {path.partition(".")[0]: 1 for path in paths} | {"_id": 0, "area": 1, "month": 1}
    return [{"$match": {**of.where, "month": months}}, {"$project": shown}]


def _before(of: Areas, first: int, paths: list[str]) -> list[Document]:
    """The parts of the stocks before a month, one document for each area."""
    sums = {f"{path.replace('.', '/')}/{part}": f"${path}.{part}" for path in paths for part in STOCK_PARTS}
    group = {"_id": "$area"} | {name: {"$sum": source} for name, source in sums.items()}
    return [{"$match": {**of.where, "month": {"$lt": first}}}, {"$group": group}]


def _stocks(row: Document) -> Stocks:
    before: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, amount in row.items():
        path, _, part = name.rpartition("/")
        if path and amount:
            before[path.replace("/", ".")][part] = amount
    return {**before}
