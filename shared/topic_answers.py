"""What Kafka answers about topics: the client raises nothing of it, and no broker knows all at once."""

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, NoBrokersAvailable, NoError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.metadata import MetadataRequest

# A busy broker lists a topic some moments after the controller has made it.
_LISTED_SECONDS = 30.0
_POLL_SECONDS = 0.05
# One that is frozen is left out by the others after 9 s.
_BROKER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a request about several topics.

    Attributes:
        topics: those that it was done to.
        refused: a sentence for each of those that it was not.
    """

    topics: set[str]
    refused: list[str]


def done(what: str, answered: Iterable[Sequence[Any]], *, but: type[KafkaError]) -> Done:
    """Return what came of a request.

    Args:
        what: was asked for, as a verb.
        answered: name, code and, where the answer has it, message for each topic.
        but: says that somebody else has done it already; such a topic is neither done nor refused.
    """
    result = Done(set(), [])
    for name, code, *said in answered:
        error = for_code(code)
        if error is NoError:
            result.topics.add(name)
        elif error is not but:
            why = next(filter(None, said), error.__name__)
            result.refused.append(f"topic {name}: Kafka refuses to {what} it: {why}")
    return result


async def listed(admin: AIOKafkaAdminClient) -> set[str]:
    """Return the topics that all brokers list which answer; each learns for itself what is made and deleted.

    Raises:
        KafkaError: none answers.
    """
    client = admin._client  # noqa: SLF001 - the public way asks any one of them
    # One after the other: the client connects to one at a time, and who does not answer holds up the next.
    answers = [await _listed_by(client, broker.nodeId) for broker in client.cluster.brokers()]
    told = [answer for answer in answers if answer is not None]
    if not told:
        raise NoBrokersAvailable
    return set.intersection(*told)


async def until_listed(admin: AIOKafkaAdminClient, names: Collection[str]) -> None:
    """Wait until topics are listed, so that whoever asks next finds them.

    Raises:
        KafkaError: they are not, for long.
    """
    end = time.monotonic() + _LISTED_SECONDS
    while missing := sorted(set(names) - await listed(admin)):
        if time.monotonic() > end:
            raise UnknownTopicOrPartitionError(f"{', '.join(missing)}: made, and not listed by Kafka")
        await asyncio.sleep(_POLL_SECONDS)


async def _listed_by(client: AIOKafkaClient, broker: int) -> set[str] | None:
    """What a broker lists; None where it does not answer."""
    try:
        async with asyncio.timeout(_BROKER_SECONDS):
            answer = await client.send(broker, MetadataRequest(None))
    except (KafkaError, TimeoutError):
        return None
    return {topic["topic"] for topic in answer.to_object()["topics"]}
