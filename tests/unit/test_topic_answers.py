"""What Kafka answers about topics is read: done, done already by somebody else, or refused and why."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    InvalidReplicationFactorError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from shared.topic_answers import Done, done
from shared.topic_faults import faults

FULL = {"retention.ms": "-1", "min.insync.replicas": "1"}


class Admin:
    """Answers of a cluster with one topic."""

    def __init__(self, *, described: int = 0, configured: int = 0) -> None:
        self.described, self.configured = described, configured

    async def describe_topics(self, topics: list[str]) -> list[dict[str, Any]]:
        """Say what the metadata do."""
        partitions = [] if self.described else [{"replicas": [1]}] * 3
        return [{"topic": topic, "error_code": self.described, "partitions": partitions} for topic in topics]

    async def describe_configs(self, asked: list[Any]) -> list[SimpleNamespace]:
        """Say how each is configured."""
        entries = [] if self.configured else list(FULL.items())
        return [SimpleNamespace(resources=[(self.configured, "", 2, one.name, entries)]) for one in asked]


def test_each_topic_is_done_or_refused_or_neither() -> None:
    exists, refused = TopicAlreadyExistsError.errno, InvalidReplicationFactorError.errno
    answered = [("a", 0, None), ("b", exists, "there"), ("c", refused, "only 1 broker"), ("d", refused)]

    assert done("make", answered, but=TopicAlreadyExistsError) == Done(
        {"a"},
        [
            "topic c: Kafka refuses to make it: only 1 broker",
            "topic d: Kafka refuses to make it: InvalidReplicationFactorError",
        ],
    )


async def found(admin: Admin, *, partitions: int = 3) -> list[str]:
    every = await faults(admin, {"t": partitions}, replication=1, brief=())
    return [fault.what for fault in every]


async def test_a_topic_whose_configuration_may_not_be_seen_is_told_with_what_else_is_wrong() -> None:
    hidden = Admin(configured=TopicAuthorizationFailedError.errno)

    assert await found(Admin()) == []
    assert await found(hidden) == ["unseen"]
    assert await found(hidden, partitions=2) == ["partitions", "unseen"]


async def test_a_topic_that_the_broker_asked_does_not_know_is_not_taken_for_one_without_faults() -> None:
    unknown = UnknownTopicOrPartitionError

    with pytest.raises(unknown, match="topic t"):
        await found(Admin(described=unknown.errno))
