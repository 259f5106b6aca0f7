"""The report of an area: its own series, and those of its months, areas, sections or sizes."""

from collections import defaultdict

from services.reporting.domain.periods import show
from services.reporting.domain.report import Series, Totals
from services.reporting.domain.rollups import PREFECTURE_DIGITS, TOTAL, Level, level_of
from services.reporting.store.reading import By, Counted, Range, Reading, groups

Groups = list[tuple[str, Totals]]

_NOBODY = Counted([], {})


async def read(reading: Reading, area: str, by: By | None) -> tuple[Totals, Groups]:
    """Return the figures of an area and of its groups, by their keys."""
    whole, distinct = await _counted(reading, area, by)
    series = {path: _series(whole, distinct, path) for path in groups(by)}
    span, total = reading.span, series.pop(TOTAL)
    if by is By.MONTH:
        divided = by_month(total, span)
    elif by is By.AREA:
        divided = [(code, part.totals(span.first, span.last)) for code, part in await _below(reading, area)]
    else:
        divided = [
            (path.partition(".")[2], part.totals(span.first, span.last))
            for path, part in series.items()
            if any(row.counters for row in part.rows) or part.before
        ]
    return total.totals(span.first, span.last), divided


def by_month(series: Series, span: Range) -> Groups:
    """Return the figures of each month; its stocks are at its end."""
    return [(show(month), figures) for month, figures in series.each_month(span.first, span.last)]


async def _counted(reading: Reading, area: str, by: By | None) -> tuple[Counted, Counted | None]:
    """The counters of an area; a prefecture is the sum of its counties, but for its distinct enterprises."""
    level = level_of(area)
    if level is not Level.PREFECTURE:
        return (await reading.counted(level, area, by)).get(area, _NOBODY), None
    counties = await reading.counted(Level.COUNTY, area, by)
    own = await reading.counted(level, area, by)
    return Counted.together(counties.values()), own.get(area, _NOBODY)


async def _below(reading: Reading, area: str) -> list[tuple[str, Series]]:
    """The areas one level down: provinces, prefectures, counties."""
    level = level_of(area)
    if level is Level.COUNTY:
        return []
    if level is Level.PROVINCE:
        return await _prefectures(reading, area)
    at = Level.PROVINCE if level is Level.NATION else Level.COUNTY
    found = await reading.counted(at, area, None)
    return [(code, _series(counted, None, TOTAL)) for code, counted in sorted(found.items())]


async def _prefectures(reading: Reading, province: str) -> list[tuple[str, Series]]:
    counties: defaultdict[str, list[Counted]] = defaultdict(list)
    for code, counted in (await reading.counted(Level.COUNTY, province, None)).items():
        counties[code[:PREFECTURE_DIGITS]].append(counted)
    distinct = await reading.counted(Level.PREFECTURE, province, None)
    return [
        (code, _series(Counted.together(parts), distinct.get(code, _NOBODY), TOTAL))
        for code, parts in sorted(counties.items())
    ]


def _series(counted: Counted, distinct: Counted | None, path: str) -> Series:
    reporting = None if distinct is None else distinct.of(path)
    return Series(counted.of(path), counted.before.get(path, {}), reporting)
