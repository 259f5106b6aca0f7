"""Waiting until the projections that decisions are about have applied them."""

import asyncio
from contextlib import suppress

from rich.console import Console

from deploy.operations.facts import Identified
from deploy.operations.followed import Followed, followed
from deploy.operations.servers import store
from shared.mongo import Client
from shared.projection.decisions import Decision
from shared.projection.generation import current
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
    generation = await current(one.database(settings, client), one.projection.name)
    positions = await stored(generation, list({each.at for each in asked}))
    pending = {each.id for each in await open_of(generation, asked)}
    return [each for each in asked if positions[each.at].next >= each.after and each.id not in pending]
