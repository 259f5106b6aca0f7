"""The servers that an operator's command works on: seen to answer, and failures told in a sentence."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from deploy import reach
from deploy.local.errors import Unavailable
from deploy.operations.errors import NotNow
from shared import mongo
from shared.mongo import Client
from shared.projection.log import Log, looking
from shared.settings import Settings


@asynccontextmanager
async def store(settings: Settings) -> AsyncIterator[Client]:
    """Connect to MongoDB for the block; each service's database is ``client[settings.database(service)]``.

    Raises:
        Unavailable: MongoDB or Kafka does not answer, also later within the block.
    """
    await reach.mongo(settings)
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    try:
        yield client
    except PyMongoError as trouble:
        raise Unavailable(_sentence("MongoDB", reach.mongo_at(settings.mongo), trouble)) from trouble
    except KafkaError as trouble:
        raise Unavailable(_sentence("Kafka", settings.kafka, trouble)) from trouble
    finally:
        client.close()


def _sentence(server: str, where: str, trouble: Exception) -> str:
    return (
        f"{server} at {where} failed ({type(trouble).__name__}: {str(trouble)[:200]}): see that it runs,"
        " and give the same command again; it goes on where it was."
    )


@asynccontextmanager
async def log_of(*editions: Settings) -> AsyncIterator[Log]:
    """Connect to Kafka for the block, to read of these editions of the log.

    Raises:
        Unavailable: Kafka does not answer, also later within the block.
        NotNow: it has not the topics of the platform.
    """
    for settings in editions:
        if await reach.missing(settings):
            raise NotNow(
                "Kafka lacks topics of the platform: give `nanxun topics` first, which creates them."
            )
    settings = editions[0]
    try:
        async with looking(settings) as log:
            yield log
    except KafkaError as trouble:
        raise Unavailable(_sentence("Kafka", settings.kafka, trouble)) from trouble
