"""The read models as they lie in MongoDB: each case at its version, each counter at its figure."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from services.reporting.domain.figures import NAMES
from shared.projection.documents import CASES
from shared.projection.generation import Generation, current
from shared.projection.positions import POSITIONS
from shared.settings import Settings
from tests.e2e.faults import log
from tests.e2e.faults.figures import ADDITIVE, count
from tests.e2e.faults.model import Model
from tests.e2e.faults.stored import STREAMS, Mongo

#: Every projection: its service, its name, and the topics that it follows.
PROJECTIONS = (
    ("reporting", "figures", tuple(STREAMS)),
    ("hazards", "places", ("enterprises",)),
    ("suggestions", "places", ("enterprises", "hazards")),
)
# A case whose events could not all be applied has one of these.
_TROUBLES = ("held", "holes", "parked", "discarded")


async def behind(settings: Settings, mongo: Mongo) -> int:
    """Return how many records the projections have not read yet, all of them together."""
    records = 0
    for service, name, topics in PROJECTIONS:
        generation = await current(mongo[settings.database(service)], name)
        rows = await generation.collection(POSITIONS).find().to_list()
        at = {(row["topic"], row["partition"]): row["next"] for row in rows}
        last = await log.ends(settings, topics)
        records += sum(end - at.get((part.topic, part.partition), 0) for part, end in last.items())
    return records


async def differences(settings: Settings, mongo: Mongo, model: Model) -> list[str]:
    """Return where a read model is not what follows from what was accepted."""
    found: list[str] = []
    for service, name, topics in PROJECTIONS:
        generation = await current(mongo[settings.database(service)], name)
        wanted = {case: known for case, known in model.cases.items() if known.kind in topics}
        seen: set[str] = set()
        async for row in generation.collection(CASES).find():
            seen.add(row["subject"])
            where = f"{service}'s {name} has {row['subject']}"
            if row["subject"] not in wanted:
                found.append(f"{where}, which was never accepted")
            elif row["version"] != len(wanted[row["subject"]].facts):
                found.append(f"{where} at {row['version']} of {len(wanted[row['subject']].facts)}")
            found += [f"{where} with {trouble}: {row[trouble]}" for trouble in _TROUBLES if row.get(trouble)]
        found += [f"{service}'s {name} lacks {case}" for case in wanted.keys() - seen]
    figures = await current(mongo[settings.database("reporting")], "figures")
    return [*found, *[text async for text in _rollups(figures, model)], *await _own(figures, model)]


async def _rollups(figures: Generation, model: Model) -> Any:
    """Compare the nation's counters of every month, added up over lanes and months of recording."""
    months: defaultdict[int, Counter[str]] = defaultdict(Counter)
    async for row in figures.collection("rollups").find({"level": "nation"}):
        months[row["month"]].update(_named(row))
    for text in _compared("the nation", months, list(model.histories())):
        yield text


async def _own(figures: Generation, model: Model) -> list[str]:
    """Compare the counters that each enterprise has of its own."""
    own: defaultdict[str, defaultdict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    async for row in figures.collection("enterprises").find():
        own[row["enterprise"]][row["month"]].update(_named(row))
    found: list[str] = []
    for enterprise, histories in model.by_enterprise().items():
        found += _compared(enterprise, own[enterprise], histories)
    return found


def _named(row: dict[str, Any]) -> dict[str, int]:
    """Return the counters of a total under the names of their figures."""
    counters = row.get("t", {})
    return {name: counters[counter] for counter, name in NAMES.items() if counter in counters}


def _compared(where: str, months: dict[int, Counter[str]], histories: list[Any]) -> Iterator[str]:
    known = {fact.month for history in histories for fact in history}
    for month in sorted(known | months.keys()):
        right = count(histories, month, month)
        for figure in ADDITIVE:
            if months.get(month, Counter())[figure] != right[figure]:
                yield f"{where}, {month}: {figure} is kept as {months[month][figure]}, not {right[figure]}"
