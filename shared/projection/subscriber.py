"""The FastStream side of a projection: one batch subscriber on all its topics, handing on raw records."""

import logging
from collections.abc import Awaitable, Callable

from aiokafka import ConsumerRecord
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from shared.kafka import METADATA_MS, connection
from shared.projection.headers import read_any_name
from shared.projection.seats import Seats
from shared.settings import Settings

Batch = tuple[ConsumerRecord, ...]

# The larger a poll, the larger its transactions, and the faster.
_POLL_RECORDS = 16_000
# How long an idle poll waits; an event that arrives meanwhile ends it.
_POLL_MS = 50
_PARTITION_BYTES = 4 * 1024 * 1024
# A batch that is being applied when its generation ends, or its process, may go on for so long.
GRACE_SECONDS = 10.0
# A process that is restarted under its name goes on at once; one that is gone is replaced after this.
_SESSION_MS = 10_000
_SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


async def _parse(batch: Batch) -> KafkaMessage:
    # The framework's own parser would decode headers, and lose the whole batch to one that is not UTF-8.
    # Nothing is acknowledged through the message, so it needs no consumer.
    return KafkaMessage(body=b"", raw_message=batch, message_id="", correlation_id="", consumer=FAKE_CONSUMER)


async def _decode(message: KafkaMessage) -> Batch:
    return message.raw_message


def subscribed(
    settings: Settings,
    name: str,
    topics: tuple[str, ...],
    seats: Seats,
    apply: Callable[[Batch], Awaitable[None]],
) -> KafkaBroker:
    """Return a broker, not started yet, that hands each batch of ``topics`` to ``apply``.

    ``name`` is the consumer group, which no other projection on the cluster may have.
    All topics have one subscriber and the range assignor, so that partition p of each comes to one process.
    """
    read_any_name()
    broker = KafkaBroker(
        # As one text, several would be taken for the long name of one.
        [broker.strip() for broker in settings.kafka.split(",")],
        security=_security(settings),
        consumer_only=True,
        allow_auto_create_topics=False,
        metadata_max_age_ms=METADATA_MS,
        apply_types=False,
        graceful_timeout=GRACE_SECONDS,
        logger=logging.getLogger("faststream"),
    )
    subscriber = broker.subscriber(
        *(settings.topic(topic) for topic in topics),
        batch=True,
        group_id=name,
        group_instance_id=f"{settings.instance}-{name}",
        auto_offset_reset="none",
        ack_policy=AckPolicy.MANUAL,
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=_SESSION_MS,
        max_records=_POLL_RECORDS,
        batch_timeout_ms=_POLL_MS,
        max_partition_fetch_bytes=_PARTITION_BYTES,
        listener=seats,
        parser=_parse,
        decoder=_decode,
    )
    seats.consumer_of = lambda: subscriber.consumer
    subscriber(apply)
    return broker


def _security(settings: Settings) -> BaseSecurity | None:
    security = settings.kafka_security
    if security is None:
        return None
    context = connection(settings).get("ssl_context")
    uses_ssl = context is not None
    if security.mechanism is None or security.password is None:
        return BaseSecurity(ssl_context=context, use_ssl=uses_ssl)
    made = _SASL[security.mechanism]
    password = security.password.get_secret_value()
    return made(security.username or "", password, ssl_context=context, use_ssl=uses_ssl)
