"""What every command goes through: where it belongs, who may know of it, and how its outcome is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Request
from starlette.responses import Response

from services.suggestions.api import resources
from services.suggestions.domain.access import Reached, may_reach, scope
from services.suggestions.domain.days import day_of
from services.suggestions.domain.savings import Saving
from services.suggestions.domain.suggestion import Suggestion
from services.suggestions.store import Store
from shared.events.base import Fact, Role, Site
from shared.events.rules import Actor, Moment, NoSite, OutOfScope, reach
from shared.http import Body, Commanded, Placed, allowed, answer
from shared.stream import Command, Outcome, Step, Stored, Stream, UnknownCase, Write, rule_of

S = TypeVar("S", bound=Reached)

Opening = Callable[[S | None, Actor, Moment, Site], Fact]
Texts = Mapping[str, str | None]


def visible(actor: Actor) -> Callable[[Reached], None]:
    """Return the guard that keeps what is not the actor's business as unknown as what is not there."""

    def guard(case: Reached) -> None:
        if not may_reach(actor, case.reach):
            raise UnknownCase

    return guard


async def seen(stream: Stream[S], case: str, actor: Actor) -> Stored[S]:
    """Return the case, if there is one that the actor may know of.

    Raises:
        UnknownCase: there is none.
        Unavailable: the store did not answer in time.
    """
    found = await stream.get(case)
    visible(actor)(found.state)
    return found


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one command is taken.

    Attributes:
        today: in Asia/Shanghai.
    """

    store: Store
    command: Command
    today: date

    async def suggestion(self, case: str, step: Step[Suggestion], texts: Texts | None = None) -> Response:
        """Take a step with a suggestion and answer how it stands."""
        outcome = await self._take(self.store.suggestions, case, step, texts or {})
        return answer(resources.Suggestion.of(outcome.case, self.today), version=outcome.case.version)

    async def saving(self, case: str, step: Step[Saving], texts: Texts | None = None) -> Response:
        """Take a step with a saving and answer how it stands."""
        outcome = await self._take(self.store.savings, case, step, texts or {})
        return answer(resources.Saving.of(outcome.case), version=outcome.case.version)

    async def open(  # noqa: PLR0913 - what a new case is made of
        self,
        stream: Stream[S],
        case: str,
        site: Site | NoSite,
        opening: Opening[S],
        *,
        texts: Texts,
        anonymous: bool = False,
    ) -> Outcome[S]:
        """Open a case at a site.

        Raises:
            Refused: by ``opening``, or ``site`` is why there is none; a repeat is answered all the same.
        """

        def rule(state: S | None, by: Actor, at: Moment) -> Fact:
            # Only here: a form that was taken before is taken still, though its site has closed since.
            if isinstance(site, NoSite):
                raise site
            return opening(state, by, at, site)

        guard = visible(self.command.by)
        write = Write(rule, guard, _given(texts), anonymous=anonymous, creates=True, fresh=True)
        return await stream.execute(case, self.command, write)

    async def site(self, body: Placed) -> Site | NoSite:
        """Return the site that the body means, or why there is none.

        Raises:
            OutOfScope: it is not the actor's to speak for, or none of those that could be meant is.
        """
        actor = self.command.by
        # Whether a foreign enterprise is known here is not for everybody to learn.
        if actor.role is not Role.SERVICE and body.owner not in scope(actor):
            raise OutOfScope
        at = self.command.occurred_at
        try:
            site = await self.store.places.site(site=body.site, enterprise=body.enterprise, at=at)
        except NoSite as refusal:
            # Nor which sites it has, or since when one is closed.
            if not may_reach(actor, refusal.told_to(actor, body.owner)):
                raise OutOfScope from None
            return refusal
        if not may_reach(actor, reach(site)):
            raise OutOfScope
        return site

    async def _take(self, stream: Stream[S], case: str, step: Step[S], texts: Texts) -> Outcome[S]:
        write = Write(rule_of(step), visible(self.command.by), _given(texts))
        return await stream.execute(case, self.command, write)


def _given(texts: Texts) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text is not None}


async def _store(request: Request) -> Store:
    return cast("Store", request.app.state.store)


async def _today(request: Request) -> date:
    now: datetime = request.app.state.clock()
    return day_of(now)


Kept = Annotated[Store, Depends(_store)]
Today = Annotated[date, Depends(_today)]


async def _desk(request: Request, command: Commanded) -> Desk:
    # Called, not depended upon: resolving two more dependencies costs as much as validating the body.
    return Desk(await _store(request), command, await _today(request))


async def _empty(body: Body) -> None:
    """Check a body that has nothing to say but when."""
    del body


At = Annotated[Desk, Depends(_desk)]
EMPTY = Depends(_empty)

FLOOR = allowed(Role.WORKER, Role.TEAM, Role.MANAGER, Role.SERVICE)
TEAM = allowed(Role.TEAM, Role.SERVICE)
MANAGER = allowed(Role.MANAGER, Role.SERVICE)
BOTH = allowed(Role.TEAM, Role.MANAGER, Role.SERVICE)
PEOPLE = allowed(Role.WORKER, Role.TEAM, Role.MANAGER)
JUDGES = allowed(Role.TEAM, Role.MANAGER, Role.AUTHORITY, Role.SERVICE)
