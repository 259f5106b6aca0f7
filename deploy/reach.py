"""First words to servers that somebody else runs: whether they answer, and the topics they should have."""

from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NoBrokersAvailable,
    NodeNotReadyError,
    RequestTimedOutError,
)
from pymongo.errors import PyMongoError

from deploy.local.errors import Unavailable
from deploy.local.mongod import brief
from shared.settings import Settings
from shared.topics import absent, provision

# Long enough for a server in the next province, short enough for somebody who waits.
_PATIENCE_MS = 5_000
_NO_ANSWER = (
    KafkaConnectionError,
    KafkaTimeoutError,
    NoBrokersAvailable,
    NodeNotReadyError,
    RequestTimedOutError,
)


async def topics(settings: Settings) -> list[str]:
    """Create the topics that are missing, check the others; return the names of those created.

    Raises:
        Unavailable: no broker answers, or what one answers is no use.
        WrongTopic: a topic is not as the settings ask.
    """
    try:
        return await provision(settings)
    except KafkaError as trouble:
        raise _no_kafka(settings, trouble) from None


async def missing(settings: Settings) -> list[str]:
    """Return the topics that are missing.

    Raises:
        Unavailable: no broker answers.
    """
    try:
        return await absent(settings)
    except KafkaError as trouble:
        raise _no_kafka(settings, trouble) from None


def _no_kafka(settings: Settings, trouble: KafkaError) -> Unavailable:
    if not isinstance(trouble, _NO_ANSWER):
        return Unavailable(f"Kafka at {settings.kafka} says: {trouble}.")
    return Unavailable(
        f"Kafka at {settings.kafka} does not answer ({type(trouble).__name__}): start it (`nanxun up`),"
        " or set NANXUN_KAFKA to where it is."
    )


def mongo_at(uri: str) -> str:
    """Return where MongoDB is, without the passwords that its address may hold."""
    return uri.partition("?")[0].rpartition("@")[2]


async def mongo(settings: Settings) -> None:
    """See that MongoDB takes writes and knows transactions.

    Raises:
        Unavailable: nobody answers, or it is no replica set.
    """
    where = mongo_at(settings.mongo)
    try:
        async with brief(settings.mongo, serverSelectionTimeoutMS=_PATIENCE_MS) as client:
            hello = await client.admin.command("hello")
    except PyMongoError as trouble:
        raise Unavailable(
            f"MongoDB at {where} does not answer ({type(trouble).__name__}): start it (`nanxun up`),"
            " or set NANXUN_MONGO to where it is."
        ) from None
    # mongos, the router of a sharded cluster, says so with its message.
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise Unavailable(
            f"MongoDB at {where} is no replica set, so it has no transactions: start it with --replSet and"
            " initiate it, or unset NANXUN_MONGO."
        )
