"""Hears what operators decide for a projection: all of it at the start, then as it comes."""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.alive import position
from shared.events.operations import TOPIC, read
from shared.kafka import connection, started
from shared.projection.decisions import Decisions
from shared.settings import Settings

log = structlog.get_logger()

_POLL_MS = 1_000
_RETRY_SECONDS = 1.0


async def follow(decisions: Decisions, settings: Settings) -> None:
    """Take note of every decision until cancelled; a Kafka that is away is waited for."""
    while True:
        try:
            await _follow(decisions, settings)
        except KafkaError as error:
            log.warning("decisions-wait", projection=decisions.projection, error=str(error)[:200])
        await asyncio.sleep(_RETRY_SECONDS)


async def _follow(decisions: Decisions, settings: Settings) -> None:
    at = TopicPartition(settings.topic(TOPIC), 0)
    consumer = AIOKafkaConsumer(
        **connection(settings), enable_auto_commit=False, auto_offset_reset="earliest"
    )
    async with started(consumer):
        consumer.assign([at])
        await consumer.seek_to_beginning(at)
        end = (await consumer.end_offsets([at]))[at]
        while True:
            if await position(consumer, at) >= end:
                decisions.known.set()
            for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
                _take(decisions, records)


def _take(decisions: Decisions, records: list[ConsumerRecord]) -> None:
    for record in records:
        found = read(record.value, record.headers)
        if found is None:
            log.error("decision-unreadable", offset=record.offset)
        else:
            identity, _, fact = found
            decisions.add(identity, fact)
