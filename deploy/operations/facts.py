"""What a decision of an operator says: on a letter, or on a case that is parked."""

import secrets
from typing import Any

from aiokafka import TopicPartition

from deploy.operations.errors import NotNow
from deploy.operations.letters import Found, State
from deploy.operations.original import original
from shared.events.operations import AnyOperation, CaseReleased, DeadLetterDiscarded, DeadLetterRedriven
from shared.projection.documents import key_of
from shared.projection.log import Log
from shared.projection.stuck import ParkedCase

#: A decision that is told from every other one by its id.
Identified = tuple[str, AnyOperation]


async def fact_of(log: Log, found: Found, state: State) -> AnyOperation:
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
    letter, one = found.letter, await original(log, found)
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


def release(group: str, topic: str, case: ParkedCase) -> CaseReleased:
    """Return the release of a case, to be met on ``topic`` by the projection that ``group`` names."""
    return CaseReleased(
        projection=group,
        topic=topic,
        partition=case.lane,
        enterprise=key_of(case.id, case.subject),
        subject=case.subject,
        sequence=case.sequence,
    )
