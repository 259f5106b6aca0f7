"""MongoDB edge: the stream of enterprises, and the lists that are read from it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.enterprises.domain import Enterprise, Scope, evolve, scope
from shared.events.base import Size
from shared.events.enterprises import RegisterStatus
from shared.events.rules import NATION, Actor
from shared.mongo import Database, Document
from shared.stream import Stored, Stream

# Each area that an enterprise is in leads to it in the order of ids, whatever the level asked for.
_BY_AREA = [("state.areas", 1), ("_id", 1)]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to: an area code, the beginning of a trade's code, a size, a status."""

    area: str | None = None
    industry: str | None = None
    size: Size | None = None
    status: RegisterStatus | None = None

    def matching(self) -> Document:
        """Return it as conditions on the state."""
        wanted: Document = {"size": self.size, "status": self.status}
        found: Document = {name: str(value) for name, value in wanted.items() if value is not None}
        if self.industry:
            found["particulars.industry"] = {"$regex": f"^{re.escape(self.industry)}"}
        if self.area and self.area != NATION:
            found["areas"] = {"$eq": self.area}
        return found


class Registry:
    """The enterprises, each a case whose id is its Unified Social Credit Code."""

    def __init__(self, database: Database, *, service: str) -> None:
        self.stream = Stream(database, "enterprises", service=service, state=Enterprise, evolve=evolve)

    async def prepare(self) -> None:
        """Create what is not there yet; safe to repeat."""
        await self.stream.prepare(_BY_AREA)

    async def page(
        self, by: Actor, filtered: Filter, *, after: str | None, limit: int
    ) -> list[Stored[Enterprise]]:
        """Return up to ``limit`` of the enterprises that the account reaches, by id, behind ``after``.

        Raises:
            Unavailable: the store did not answer in time.
        """
        found: dict[str, Stored[Enterprise]] = {}
        for bounds, ids in _parts(scope(by)):
            matching = filtered.matching()
            if bounds:
                matching["areas"] = {**matching.get("areas", {}), **bounds}
            page = await self.stream.page(matching, after=after, limit=limit, among=ids)
            found |= {case.id: case for case in page}
        return [found[each] for each in sorted(found)[:limit]]


def _parts(reach: Scope) -> Iterator[tuple[Document, list[str] | None]]:
    """Yield (condition on the areas, ids) of each part of a scope; None where ids set no bound."""
    if reach.everything:
        yield {}, None
        return
    if reach.areas:
        yield {"$in": list(reach.areas)}, None
    if reach.enterprises:
        yield {}, list(reach.enterprises)
