"""Waiting until the projections that decisions are about have applied them."""

import asyncio
from contextlib import suppress

from rich.console import Console

from deploy.operations.facts import Identified
from deploy.operations.followed import Followed, followed
from deploy.operations.servers import store
from shared.mongo import Client
from shared.projection.decisions import Decision
from shared.projection.generation import Generation, generations
from shared.projection.positions import stored
from shared.projection.ruling import open_of
from shared.settings import Settings

_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 60


async def wait_for(settings: Settings, console: Console, facts: list[Identified]) -> bool:
    """Wait until the projections have applied decisions about them; False where they did not in time.

    Raises:
        Unavailable: MongoDB does not answer.
    """
    by = {one.group(settings): one for one in followed()}
    left = {identity: Decision(identity, fact) for identity, fact in facts if fact.projection in by}
    if foreign := len(facts) - len(left):
        console.print(
            f"{foreign:,} are of projections that this build does not have, and are not waited for."
        )
    async with store(settings) as client:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while left:
                    for group in {one.fact.projection for one in left.values()}:
                        mine = [one for one in left.values() if one.fact.projection == group]
                        for done in await _done(settings, client, by[group], mine):
                            del left[done.id]
                    await asyncio.sleep(_LOOK_SECONDS)
    if left:
        console.print(
            f"{len(left):,} are not applied after {_PATIENCE_SECONDS} s: see that their projections run, and"
            " that what stopped them is mended. They hold all the same.",
            soft_wrap=True,
        )
    elif not foreign:
        console.print("All of it is applied.")
    return not left


async def _done(settings: Settings, client: Client, one: Followed, asked: list[Decision]) -> list[Decision]:
    done, left = list[Decision](), asked
    for generation in await _live(settings, client, one):
        here = generation.on(settings)
        names = {here.topic(topic) for topic in one.projection.topics}
        mine = [each for each in left if each.at.topic in names]
        if not mine:
            continue
        left = [each for each in left if each not in mine]
        positions = await stored(generation, list({each.at for each in mine}))
        pending = {each.id for each in await open_of(generation, mine)}
        done += [each for each in mine if positions[each.at].next >= each.after and each.id not in pending]
    # Nobody follows that edition of the log any more, so nothing of it is left to be applied.
    return done + left


async def _live(settings: Settings, client: Client, one: Followed) -> list[Generation]:
    """Return the generations that are fed; that which is read comes first, and answers for its edition."""
    database, name = one.database(settings, client), one.projection.name
    known = await generations(database, name)
    numbers = sorted(known.live, key=lambda number: number != known.current)
    return [known.generation(database, name, number) for number in numbers]
