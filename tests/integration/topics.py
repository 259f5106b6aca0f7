"""Topics that tests make wrong, and make anew."""

from collections.abc import Mapping

from aiokafka.admin import NewTopic

from shared.kafka import administration
from shared.settings import Settings
from tests.support import eventually

# A broker deletes and makes topics when it has time for it.
_BROKER_SECONDS = 90.0


async def delete_all(settings: Settings) -> None:
    """Delete every topic of the namespace."""
    async with administration(settings) as client:
        names = await client.list_topics()
        await client.delete_topics([name for name in names if name.startswith(f"{settings.namespace}.")])


async def made_anew(
    settings: Settings, topic: str, *, partitions: int | None = None, config: Mapping[str, str] | None = None
) -> None:
    """Delete a topic if it is there, and make another of the same name."""
    name = settings.topic(topic)
    wanted = NewTopic(name, partitions or settings.partitions, 1, topic_configs=dict(config or {}))
    async with administration(settings) as client:

        async def gone() -> bool:
            return name not in await client.list_topics()

        async def made() -> bool:
            # Asked for whether it is listed or not: one that was made a moment ago may not be yet.
            await client.delete_topics([name])
            await eventually(gone, deadline=_BROKER_SECONDS)
            answer = await client.create_topics([wanted])
            return all(code == 0 for _, code, *_ in answer.topic_errors)

        await eventually(made, deadline=_BROKER_SECONDS)
