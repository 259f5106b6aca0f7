"""Whether a consumer will ever bring anything again: aiokafka's work in the background may end by an error.

It goes on answering then, with nothing or with the same error, and nobody who waits for records hears of it.
"""

import asyncio
from collections.abc import Iterator

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

# It is known, unless the log has forgotten it or was made anew; by itself it is waited for without end.
_POSITION_SECONDS = 10.0


class Lifeless(KafkaError):  # type: ignore[misc] # noqa: N818 - untyped; a state that another consumer ends
    """A consumer does nothing any more; only another one will."""


def see_alive(consumer: AIOKafkaConsumer) -> None:
    """See that a started consumer goes on.

    Raises:
        Lifeless: it does not.
    """
    if why := lifeless(consumer):
        raise Lifeless(why)


async def position(consumer: AIOKafkaConsumer, at: TopicPartition) -> int:
    """Return the offset that a consumer reads next of a partition.

    Raises:
        Lifeless: it reads nothing any more.
        KafkaError: it does not learn where.
    """
    see_alive(consumer)
    try:
        async with asyncio.timeout(_POSITION_SECONDS):
            found: int = await consumer.position(at)
            return found
    except TimeoutError as error:
        raise KafkaError(f"nobody says where {at.topic}/{at.partition} goes on") from error


def lifeless(consumer: AIOKafkaConsumer) -> str | None:
    """Return what has ended of a started consumer, None where all goes on, or it was told to stop."""
    if consumer._closed:  # noqa: SLF001 - nothing public tells it
        return None
    for name, task in _unending(consumer):
        if task.done():
            return f"{name} has ended: {_why(task)}"
    for name, task in _begun_again(consumer):
        # Each ends by itself when the group changes, and another one begins.
        if task.done() and not task.cancelled() and task.exception():
            return f"{name} has failed: {_why(task)}"
    return None


def _unending(consumer: AIOKafkaConsumer) -> Iterator[tuple[str, asyncio.Task[None]]]:
    tasks = {
        "learning of the cluster": consumer._client._sync_task,  # noqa: SLF001 - nothing public tells of it
        "fetching": getattr(consumer._fetcher, "_fetch_task", None),  # noqa: SLF001 - see above
        "coordination": getattr(consumer._coordinator, "_coordination_task", None),  # noqa: SLF001 - see above
    }
    return ((name, task) for name, task in tasks.items() if task is not None)


def _begun_again(consumer: AIOKafkaConsumer) -> Iterator[tuple[str, asyncio.Task[None]]]:
    for name, attribute in (("heartbeat", "_heartbeat_task"), ("commit refresh", "_commit_refresh_task")):
        task = getattr(consumer._coordinator, attribute, None)  # noqa: SLF001 - see above
        if task is not None:
            yield name, task


def _why(task: asyncio.Task[None]) -> str:
    return "cancelled" if task.cancelled() else repr(task.exception())[:200]
