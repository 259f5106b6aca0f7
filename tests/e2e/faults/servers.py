"""The servers of a run as children: which of them leads, so that just that one can be killed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from deploy.local.processes import Child
from shared.kafka import administration
from shared.settings import Settings
from shared.topics import topics as kafka_topics
from tests.e2e.faults.stored import Mongo
from tests.support import eventually

_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Servers:
    """Brokers by their number from 1, and members of the replica set, each as a child of ours."""

    settings: Settings
    brokers: Sequence[Child]
    members: Sequence[Child]
    mongo: Mongo

    async def leader(self, topic: str, partition: int = 0) -> Child:
        """Return the broker that leads a partition."""
        found = await self._described([self.settings.topic(topic)])
        parts = {part["partition"]: part["leader"] for part in found[0]["partitions"]}
        number: int = parts[partition]
        return self.brokers[number - 1]

    async def whole(self) -> None:
        """Return once every replica follows its leader again, and every member its primary."""

        async def in_sync() -> None:
            try:
                topics = await self._described(list(kafka_topics(self.settings)))
            except KafkaError as away:
                raise AssertionError(f"no broker answers: {away}") from away
            behind = {
                (topic["topic"], part["partition"])
                for topic in topics
                for part in topic["partitions"]
                if len(part["isr"]) < len(part["replicas"])
            }
            assert not behind, f"replicas are missing of {behind}"

        async def all_there() -> None:
            try:
                status = await self.mongo.admin.command("replSetGetStatus")
            except PyMongoError as away:
                raise AssertionError(f"no member answers: {away}") from away
            states = sorted(member["stateStr"] for member in status["members"])
            assert states == ["PRIMARY"] + ["SECONDARY"] * (len(self.members) - 1)

        await eventually(in_sync, deadline=_PATIENCE_SECONDS)
        await eventually(all_there, deadline=_PATIENCE_SECONDS)

    async def _described(self, topics: list[str]) -> list[dict[str, Any]]:
        async with administration(self.settings) as admin:
            found: list[dict[str, Any]] = await admin.describe_topics(topics)
        return found

    async def primary(self) -> Child:
        """Return the member that takes writes, once there is one."""

        async def leads() -> int:
            try:
                hello = await self.mongo.admin.command("hello")
            except PyMongoError as away:
                raise AssertionError(f"no member answers: {away}") from away
            assert "primary" in hello, "no member is primary"
            hosts: list[str] = hello["hosts"]
            # In the order in which they were configured.
            return 1 + hosts.index(hello["primary"])

        return self.members[await eventually(leads, deadline=_PATIENCE_SECONDS) - 1]
