"""The local servers do what the platform relies on."""

from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from deploy.local.addresses import Addresses
from shared.settings import Settings


async def test_kafka_takes_compressed_idempotent_records(settings: Settings) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(settings.topic("try"), 1, 1)])
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka, enable_idempotence=True, compression_type="lz4"
    )
    await producer.start()

    sent = await producer.send_and_wait(settings.topic("try"), b"value", key=b"key")

    assert sent.offset == 0
    await producer.stop()
    await admin.delete_topics([settings.topic("try")])
    await admin.close()


async def test_mongodb_runs_transactions(settings: Settings, addresses: Addresses) -> None:
    async with AsyncMongoClient[dict[str, Any]](addresses.mongo) as client:
        first = client[settings.database("try")]["first"]
        second = client[settings.database("try")]["second"]
        async with client.start_session() as session, await session.start_transaction():
            await first.insert_one({"_id": 1}, session=session)
            await second.insert_one({"_id": 1}, session=session)

        assert await first.count_documents({}) == await second.count_documents({}) == 1


async def test_every_test_has_topics_of_its_own(settings: Settings, topics: list[str]) -> None:
    assert settings.topic("hazards") in topics
