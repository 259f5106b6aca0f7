"""What is wrong with a topic: it is the log for ever, whole, on as many brokers as were promised."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError, for_code

_FOREVER = "-1"
#: What may be wrong; values of the metric's label ``what``.
WHATS = ("partitions", "replication", "retention", "compaction", "in-sync", "unseen")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one topic.

    Attributes:
        topic: as the cluster names it.
        what: one of ``WHATS``.
        sentence: what it is, what it leads to, and the remedy.
    """

    topic: str
    what: str
    sentence: str


def miscounted(topic: str, have: int, wanted: int) -> str:
    """Return the sentence about a topic with another number of partitions than it should have."""
    return (
        f"topic {topic} has {have} partitions where its edition of the log has {wanted}; topics never grow in"
        " place, since a case would then be in two lanes: make the topic anew and publish it again; or, in"
        " the first edition, set NANXUN_PARTITIONS to what its topics were made with"
    )


async def faults(
    admin: AIOKafkaAdminClient, wanted: Mapping[str, int], *, replication: int, brief: Collection[str]
) -> list[Fault]:
    """Return what is wrong with topics.

    Args:
        admin: started.
        wanted: how many partitions each should have.
        replication: how many copies each should have at least.
        brief: topics of which only the last words count; they may forget.

    Raises:
        KafkaError: Kafka does not answer, or does not know a topic.
    """
    found: list[Fault] = []
    for one in await admin.describe_topics(list(wanted)):
        if not one["partitions"]:
            raise for_code(one["error_code"])(f"topic {one['topic']}: Kafka does not show its partitions")
        found += _made(one, wanted[one["topic"]], replication)
    configs, unseen = await _configs(admin, list(wanted))
    for topic, config in configs.items():
        found += _kept(topic, config, replication, brief=topic in brief)
    return found + unseen


def _made(described: Mapping[str, Any], wanted: int, replication: int) -> list[Fault]:
    topic, partitions = described["topic"], described["partitions"]
    found = []
    if len(partitions) != wanted:
        found.append(Fault(topic, "partitions", miscounted(topic, len(partitions), wanted)))
    copies = min(len(partition["replicas"]) for partition in partitions)
    if copies < replication:
        sentence = (
            f"topic {topic} has {copies} replicas where NANXUN_REPLICATION asks for {replication}: a broker"
            " that is lost would take events with it; add replicas (kafka-reassign-partitions)"
        )
        found.append(Fault(topic, "replication", sentence))
    return found


def _kept(topic: str, config: Mapping[str, str], replication: int, *, brief: bool) -> list[Fault]:
    found = []
    for name in ("retention.ms", "retention.bytes"):
        if not brief and config.get(name, _FOREVER) != _FOREVER:
            sentence = (
                f"topic {topic} has {name}={config[name]}: it is the log, and forgets events that a rebuild"
                f" needs; set {name}={_FOREVER} (kafka-configs --alter)"
            )
            found.append(Fault(topic, "retention", sentence))
    if "compact" in config.get("cleanup.policy", ""):
        sentence = (
            f"topic {topic} is compacted: of all events of an enterprise only the last would stay; set"
            " cleanup.policy=delete (kafka-configs --alter)"
        )
        found.append(Fault(topic, "compaction", sentence))
    in_sync, least = int(config.get("min.insync.replicas", "1")), max(1, replication - 1)
    if in_sync < least:
        sentence = (
            f"topic {topic} has min.insync.replicas={in_sync}: what is acknowledged may be on so few brokers;"
            f" set min.insync.replicas={least} (kafka-configs --alter)"
        )
        found.append(Fault(topic, "in-sync", sentence))
    return found


async def _configs(
    admin: AIOKafkaAdminClient, topics: list[str]
) -> tuple[dict[str, dict[str, str]], list[Fault]]:
    """How topics are configured, and those of which we may not know."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    configs: dict[str, dict[str, str]] = {}
    unseen = []
    for answer in await admin.describe_configs(asked) if asked else []:
        for code, said, _, topic, entries in answer.resources:
            if code == TopicAuthorizationFailedError.errno:
                sentence = (
                    f"topic {topic} may forget what a rebuild needs: Kafka does not show how it is"
                    " configured; allow DescribeConfigs on it"
                )
                unseen.append(Fault(topic, "unseen", sentence))
            elif code:
                raise KafkaError(f"Kafka does not show how topic {topic} is configured: {said or code}")
            else:
                configs[topic] = {entry[0]: entry[1] for entry in entries}
    return configs, unseen
