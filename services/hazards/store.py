"""The MongoDB edge: the stream of hazards, its lists, and the copy of the register."""

from dataclasses import dataclass
from datetime import date, datetime

from services.hazards.domain import OPEN, Hazard, evolve, only_own, scope
from shared.events.base import Site
from shared.events.hazards import HazardStatus
from shared.events.rules import Actor, NoSite
from shared.mongo import Database, Document
from shared.places import Places
from shared.stream import CaseIds, Stored, Stream

_PREFIX = "hz"
# Equal to one or a few values of both, and sorted by id: no list reads more than it shows.
_BY_REACH = [("state.reach", 1), ("state.status", 1), ("_id", 1)]
_BY_REPORTER = [("state.reporter", 1), ("_id", 1)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which hazards a list asks for; None asks for any.

    Attributes:
        due_before: only open ones whose day lies before this.
    """

    enterprise: str | None = None
    region: str | None = None
    status: HazardStatus | None = None
    due_before: date | None = None


class Store:
    """Hazards and what is looked up for them, in the service's own database."""

    def __init__(self, database: Database) -> None:
        self.hazards = Stream(database, "hazards", service="hazards", state=Hazard, evolve=evolve)
        self._places = Places(database)
        self._ids = CaseIds(database)

    async def prepare(self) -> None:
        """Create the collection and its indexes; safe to repeat."""
        await self.hazards.prepare(_BY_REACH, _BY_REPORTER)

    async def new_id(self, enterprise: str, command: str) -> str:
        """Return the id of the hazard that a command reports: the same for its repeat.

        Raises:
            Unavailable: the store did not answer in time.
        """
        return await self._ids.new(_PREFIX, enterprise, command)

    async def site(self, *, site: str | None, enterprise: str, at: datetime) -> Site | NoSite:
        """Return the site that a report means, or why it is not to be had.

        A refusal is returned, since a repeat needs no site: the one that it was made at may be closed by now.

        Raises:
            Unavailable: the store did not answer in time.
        """
        try:
            return await self._places.site(site=site, enterprise=enterprise, at=at)
        except NoSite as refusal:
            return refusal

    async def list(
        self, actor: Actor, wanted: Wanted, *, after: str | None, limit: int
    ) -> list[Stored[Hazard]]:
        """Return up to ``limit`` of the wanted hazards that the actor may see, by id, behind ``after``."""
        return await self.hazards.page(_matching(actor, wanted), after=after, limit=limit)


def _matching(actor: Actor, wanted: Wanted) -> Document:
    """The domain's ``may_see``, in the words of the store."""
    named = [code for code in (wanted.enterprise, wanted.region) if code is not None]
    # Every status is named where any will do: only then does the index give the order of the ids.
    statuses = HazardStatus if wanted.status is None else [wanted.status]
    matching: Document = {"reach": {"$in": scope(actor)} | ({"$all": named} if named else {})}
    if only_own(actor):
        matching["reporter"] = actor.id
    if wanted.due_before is not None:
        statuses = [status for status in statuses if status in OPEN]
        matching["due"] = {"$lt": wanted.due_before.isoformat()}
    return matching | {"status": {"$in": [status.value for status in statuses]}}
