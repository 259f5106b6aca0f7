"""The MongoDB edge: the streams of suggestions and of savings, their lists, and what they refer to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

from services.suggestions.domain.access import scope
from services.suggestions.domain.refusals import UnknownHazard, UnknownSuggestion
from services.suggestions.domain.savings import Saving, evolve_saving
from services.suggestions.domain.suggestion import Suggestion, evolve
from shared.events.rules import Actor
from shared.events.savings import SavingStatus
from shared.events.suggestions import SuggestionStatus
from shared.mongo import Database, Document
from shared.places import Places
from shared.stream import CaseIds, Stored, Stream

SERVICE = "suggestions"
# One index for every list: whoever asks names an enterprise or an area.
_BY_REACH = [("state.reach", 1), ("_id", 1)]
# A hazard that is not known yet will be, once its event has arrived: in a second, seldom in more.
_HAZARD_SECONDS = 5


class Store:
    """The service's own database.

    Attributes:
        suggestions: the stream of suggestions.
        savings: the stream of savings.
        ids: makes the ids of both.
        places: the copy of the register, and of which hazards there are.
    """

    def __init__(self, database: Database) -> None:
        self.suggestions = Stream(database, "suggestions", service=SERVICE, state=Suggestion, evolve=evolve)
        self.savings = Stream(database, "savings", service=SERVICE, state=Saving, evolve=evolve_saving)
        self.ids = CaseIds(database)
        self.places = Places(database)

    async def prepare(self) -> None:
        """Make the collections and indexes; safe to repeat."""
        await self.suggestions.prepare(_BY_REACH)
        await self.savings.prepare(_BY_REACH)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take writes while the block runs."""
        async with self.suggestions.running(), self.savings.running():
            yield

    async def suggestions_of(  # noqa: PLR0913 - what can be asked for
        self,
        actor: Actor,
        *,
        enterprise: str | None,
        status: SuggestionStatus | None,
        today: date,
        after: str | None,
        limit: int,
    ) -> list[Stored[Suggestion]]:
        """Return suggestions that the actor may see, by id; ``status`` is as it stands ``today``."""
        matching = _reached(actor, enterprise) | _standing(status, today)
        return await self.suggestions.page(matching, after=after, limit=limit)

    async def savings_of(
        self,
        actor: Actor,
        *,
        enterprise: str | None,
        status: SavingStatus | None,
        after: str | None,
        limit: int,
    ) -> list[Stored[Saving]]:
        """Return savings that the actor may see, by id."""
        matching = _reached(actor, enterprise) | ({"status": status.value} if status else {})
        return await self.savings.page(matching, after=after, limit=limit)

    async def refer(self, enterprise: str, *, suggestion: str | None, hazard: str | None) -> None:
        """Return if the enterprise has what a saving says that it comes from.

        Raises:
            UnknownSuggestion: it has no such suggestion.
            UnknownHazard: no such hazard is known here (yet).
            Unavailable: the store did not answer in time.
        """
        if suggestion is not None:
            found = await self.suggestions.load(suggestion)
            if found is None or found.state.site.enterprise != enterprise:
                detail = "the enterprise has no such suggestion"
                raise UnknownSuggestion(detail, fields={"suggestion": "is not one of this enterprise"})
        if hazard is not None and not await self.places.holds(enterprise, hazard):
            detail = "this service does not know the hazard"
            fields = {"hazard": "is not known here (yet)"}
            raise UnknownHazard(detail, fields=fields, retry_after=_HAZARD_SECONDS)


def _reached(actor: Actor, enterprise: str | None) -> Document:
    """Match what lies within the actor's scope; of one enterprise, if it is named."""
    within: Document = {"$in": list(scope(actor))}
    return {"reach": within if enterprise is None else within | {"$eq": enterprise}}


def _standing(status: SuggestionStatus | None, today: date) -> Document:
    """Match the status of today; ``until`` is null in every case that is not deferred."""
    day = today.isoformat()
    match status:
        case None:
            return {}
        case SuggestionStatus.UNDER_REVIEW:
            statuses = [SuggestionStatus.UNDER_REVIEW.value, SuggestionStatus.DEFERRED.value]
            return {"status": {"$in": statuses}, "until": {"$not": {"$gt": day}}}
        case SuggestionStatus.DEFERRED:
            return {"status": status.value, "until": {"$gt": day}}
        case _:
            return {"status": status.value}
