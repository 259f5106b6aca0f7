"""Writing operators' decisions, and waiting until the projection that they are about has applied them."""

import asyncio
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from aiokafka import TopicPartition
from rich.console import Console

from deploy.local.errors import Unavailable
from deploy.operations.errors import NotNow
from deploy.operations.followed import Followed, followed
from deploy.operations.letters import Found, State
from deploy.operations.original import original
from deploy.operations.servers import store
from shared.events.operations import (
    AnyOperation,
    CaseReleased,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    decided,
)
from shared.mongo import Client
from shared.projection.decisions import Decision
from shared.projection.generation import current
from shared.projection.log import Log
from shared.projection.positions import stored
from shared.projection.ruling import open_of
from shared.sender import NotSent, Sender
from shared.settings import Settings

_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 60


async def fact_of(log: Log, found: Found, state: State, partitions: int) -> AnyOperation:
    """Return the decision on a letter.

    It holds once its partition was read up to the end that it has now: no projection is further, so every run
    of the log, this one and each rebuild, meets it at the same place.

    Raises:
        NotNow: it was decided before, or is to be redriven and cannot be read.
        KafkaError: Kafka does not answer.
    """
    if found.decided is not None:
        raise NotNow(
            f"it was {found.state} at {found.decided.at:%Y-%m-%d %H:%M:%S} UTC, and the first counts"
        )
    letter, one = found.letter, await original(log, found, partitions)
    if state is State.REDRIVEN and one.trouble:
        raise NotNow(one.trouble)
    at = TopicPartition(letter.topic, letter.partition)
    about: dict[str, Any] = {
        "projection": letter.projection,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "record": one.fingerprint,
        "after": max((await log.ends([at]))[at], letter.offset + 1),
        "enterprise": one.enterprise,
        "subject": one.subject,
        "sequence": one.sequence,
    }
    if state is State.DISCARDED:
        return DeadLetterDiscarded(**about)
    return DeadLetterRedriven(
        **about, letter_partition=letter.record.partition, letter_offset=letter.record.offset
    )


def release_id() -> str:
    """Return an id for the release of a case; one that was parked again can be released again."""
    return f"rl_{secrets.token_hex(16)}"


async def write(sender: Sender, facts: list[tuple[str, AnyOperation]]) -> None:
    """Write decisions, each with its id.

    Raises:
        Unavailable: Kafka did not acknowledge all of them in time; of those on a letter the first counts.
    """
    try:
        await sender.send([decided(fact, identity, at=datetime.now(UTC)) for identity, fact in facts])
    except NotSent as trouble:
        raise Unavailable(
            f"Kafka did not acknowledge the decisions in time ({trouble}): see that it runs, and give the"
            " same command again; a decision that is there already is not taken twice."
        ) from None


async def wait_for(settings: Settings, console: Console, facts: list[tuple[str, AnyOperation]]) -> bool:
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


async def _done(settings: Settings, client: Client, of: Followed, asked: list[Decision]) -> list[Decision]:
    generation = await current(of.database(settings, client), of.projection.name)
    positions = await stored(generation, list({one.at for one in asked}))
    pending = {one.id for one in await open_of(generation, asked)}
    return [one for one in asked if positions[one.at].next >= one.after and one.id not in pending]


def release(group: str, topic: str, case: dict[str, Any]) -> CaseReleased:
    """Return the release of a parked case, as its document in the read model says it."""
    enterprise = str(case["_id"]).partition(":")[2].removesuffix(f":{case['subject']}")
    return CaseReleased(
        projection=group,
        topic=topic,
        partition=case["lane"],
        enterprise=enterprise,
        subject=case["subject"],
        sequence=case["version"] + 1,
    )
