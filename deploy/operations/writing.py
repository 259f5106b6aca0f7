"""Writing operators' decisions to the log, so many at once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from deploy.local.errors import Unavailable
from deploy.operations.facts import Identified
from shared.events.operations import decided
from shared.sender import NotSent, Sender
from shared.settings import Settings

# Decided and written together; an interruption loses no more than these.
_AT_ONCE = 50


async def write(settings: Settings, facts: AsyncIterator[Identified]) -> list[Identified]:
    """Write decisions while they are taken, and return them.

    Raises:
        Unavailable: Kafka did not acknowledge all of them in time; of those on a letter the first counts.
    """
    sender, written, batch = Sender(settings), list[Identified](), list[Identified]()
    try:
        async for fact in facts:
            batch.append(fact)
            if len(batch) == _AT_ONCE:
                await _send(sender, batch)
                written, batch = written + batch, []
        if batch:
            await _send(sender, batch)
    finally:
        await sender.close()
    return written + batch


async def _send(sender: Sender, facts: list[Identified]) -> None:
    try:
        await sender.send([decided(fact, identity, at=datetime.now(UTC)) for identity, fact in facts])
    except NotSent as trouble:
        raise Unavailable(
            f"Kafka did not acknowledge the decisions in time ({trouble}): see that it runs, and give the"
            " same command again; a decision that is there already is not taken twice."
        ) from None
