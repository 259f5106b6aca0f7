"""The report of an enterprise: its own series, and those of its months or sites."""

from services.reporting.domain.activity import contributions, counter_of
from services.reporting.domain.figures import Flow
from services.reporting.domain.report import Row, Series, Totals
from services.reporting.domain.rollups import TOTAL
from services.reporting.store.areas import Groups, by_month
from services.reporting.store.reading import OwnBy, Reading
from services.reporting.store.rollups import ENTERPRISES, learnt, own_until
from shared.mongo import Document
from shared.projection.documents import CASES, case_id


async def known(reading: Reading, enterprise: str) -> bool:
    """Whether the enterprise is in the register that reporting follows."""
    own = {"_id": case_id(enterprise, enterprise)}
    cases = reading.generation.collection(CASES)
    return await cases.find_one(own, {"_id": 1}, session=reading.session) is not None


async def read(reading: Reading, enterprise: str, by: OwnBy | None) -> tuple[Totals, Groups]:
    """Return the figures of an enterprise and of its groups, by their keys."""
    span = reading.span
    # All of its months: one enterprise has few, and its stocks need those before the range.
    where: Document = {"_id": own_until(enterprise, span.last)} | learnt(span.known)
    rows = await reading.generation.collection(ENTERPRISES).find(where, session=reading.session).to_list(None)
    total = _series(rows, TOTAL)
    divided: Groups = []
    if by is OwnBy.MONTH:
        divided = by_month(total, span)
    elif by is OwnBy.SITE:
        numbers = sorted({number for row in rows for number in row.get("n", {})}, key=int)
        divided = [
            (f"{enterprise}-{number}", _series(rows, f"n.{number}").totals(span.first, span.last))
            for number in numbers
        ]
    return total.totals(span.first, span.last), divided


def _series(rows: list[Document], path: str) -> Series:
    counted = [Row.of(row, path) for row in rows]
    known: dict[int, int] = {}
    for row, document in zip(counted, rows, strict=True):
        if row.counters.get(Flow.SUGGESTIONS_SUBMITTED) or row.counters.get(Flow.HAZARDS_REPORTED):
            known[row.month] = min(known.get(row.month, document["recorded"]), document["recorded"])
    reporting = [
        Row(active.month, {counter_of(active.previous): amount})
        for active, amount in contributions(known).items()
    ]
    return Series(counted, reporting=reporting)
