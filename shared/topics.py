"""Which topics there are, with how many partitions; made, checked and deleted."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError

from shared.edition import SMALL
from shared.events.watermarks import TOPIC as WATERMARKS
from shared.kafka import administration
from shared.settings import Settings
from shared.topic_answers import Done, done, listed, until_listed
from shared.topic_faults import Fault, faults

#: Each has a topic of its events and one of their dead letters; some belong to services that are not begun.
AGGREGATES = ("deliveries", "enterprises", "hazards", "programme", "reports", "savings", "suggestions")
#: How the name of a topic of dead letters ends.
DEAD = ".dead"
# Only the last word of each service counts, and each speaks once a second.
_BRIEF = {"retention.ms": "86400000", "segment.ms": "3600000"}


class WrongTopic(Exception):  # noqa: N818 - a state of the cluster
    """A topic is not as the settings ask, or Kafka refuses to make or delete it; the sentence says how."""


def topics(settings: Settings) -> dict[str, int]:
    """Return every topic of the platform, as it is named on the cluster, with its number of partitions."""
    wide = dict.fromkeys(_of(settings, AGGREGATES), settings.partitions)
    return wide | {settings.topic(name): 1 for name in SMALL}


async def provision(settings: Settings) -> list[str]:
    """Create the topics that are missing and check those that are there; safe to repeat, also at once.

    Returns:
        The names of the topics that were created.

    Raises:
        WrongTopic: topics are there and not as the settings ask, or cannot be made so; a sentence for each.
        KafkaError: Kafka does not answer, or does not list what it has made.
    """
    async with administration(settings) as admin:
        wanted = topics(settings)
        present = await listed(admin)
        missing = {name: count for name, count in wanted.items() if name not in present}
        created = await _create(admin, settings, missing) if missing else set()
        await until_listed(admin, wanted)
        there = {name: count for name, count in wanted.items() if name not in created}
        if wrong := await _faults(admin, settings, there):
            raise WrongTopic("\n".join(fault.sentence for fault in wrong))
        return sorted(created)


async def wrong(settings: Settings, names: Collection[str]) -> list[Fault]:
    """Return what is wrong with these topics, which are named without the namespace.

    Raises:
        KafkaError: Kafka does not answer, or does not have all of them.
    """
    async with administration(settings) as admin:
        every = topics(settings)
        wanted = {name: every[name] for name in map(settings.topic, names)}
        if missing := sorted(wanted.keys() - await listed(admin)):
            raise UnknownTopicOrPartitionError(f"{', '.join(missing)}: missing; `nanxun topics` makes them")
        return await _faults(admin, settings, wanted)


async def replicas(settings: Settings, names: Collection[str]) -> int:
    """Return how many copies there are of the one of these topics that has the most.

    Raises:
        KafkaError: Kafka does not answer, or does not have all of them.
    """
    async with administration(settings) as admin:
        described = await admin.describe_topics([settings.topic(name) for name in names])
        return max(len(each["replicas"]) for topic in described for each in topic["partitions"])


async def _faults(admin: AIOKafkaAdminClient, settings: Settings, wanted: Mapping[str, int]) -> list[Fault]:
    return await faults(admin, wanted, replication=settings.replication, brief={settings.topic(WATERMARKS)})


async def absent(settings: Settings) -> list[str]:
    """Return the topics of the platform that the cluster does not have.

    Raises:
        KafkaError: it does not answer.
    """
    async with administration(settings) as admin:
        return sorted(set(topics(settings)) - await listed(admin))


async def delete(settings: Settings, aggregates: Sequence[str]) -> list[str]:
    """Delete the topics of these aggregates, with their dead letters; return the names of those deleted.

    Raises:
        WrongTopic: Kafka refuses; a sentence for each topic.
        KafkaError: it does not answer.
    """
    async with administration(settings) as admin:
        answer = await admin.delete_topics(_of(settings, aggregates))
        return sorted(_told(done("delete", answer.topic_error_codes, but=UnknownTopicOrPartitionError)))


def _of(settings: Settings, aggregates: Iterable[str]) -> list[str]:
    """The topics of these aggregates, each with that of its dead letters."""
    plain = map(settings.topic, aggregates)
    return [name for topic in plain for name in (topic, topic + DEAD)]


async def _create(admin: AIOKafkaAdminClient, settings: Settings, missing: dict[str, int]) -> set[str]:
    """Create these; return those that nobody else has made meanwhile."""
    # The topics are the log: nothing in them ever expires. One replica may be away, never the last but one.
    configs = {"retention.ms": "-1", "min.insync.replicas": str(max(1, settings.replication - 1))}
    brief = {settings.topic(WATERMARKS): _BRIEF}
    wanted = [
        NewTopic(name, count, settings.replication, topic_configs=configs | brief.get(name, {}))
        for name, count in missing.items()
    ]
    answer = await admin.create_topics(wanted)
    return _told(done("make", answer.topic_errors, but=TopicAlreadyExistsError))


def _told(answered: Done) -> set[str]:
    if answered.refused:
        raise WrongTopic("\n".join(answered.refused))
    return answered.topics
