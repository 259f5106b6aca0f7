"""Kafka and MongoDB for this run: those of the settings, else containers, else child processes."""

import contextlib
from collections.abc import AsyncIterator

from deploy.local import docker, kafka, mongod
from deploy.local.addresses import Addresses
from deploy.local.processes import Child
from deploy.local.room import reserved
from shared.settings import Settings


@contextlib.asynccontextmanager
async def servers(settings: Settings, *, standard_ports: bool = True) -> AsyncIterator[Addresses]:
    """Say where Kafka and MongoDB answer, started first where the settings name none; stop what was started.

    Without ``standard_ports`` the servers keep off the ports that people expect them on, as tests should.

    Raises:
        Unavailable: a server can be had in no way; the sentence names the remedy.
    """
    set_kafka = settings.kafka if "kafka" in settings.model_fields_set else None
    set_mongo = settings.mongo if "mongo" in settings.model_fields_set else None
    if set_kafka and set_mongo:
        yield Addresses(set_kafka, set_mongo)
        return
    async with contextlib.AsyncExitStack() as started:
        if docker.answers():
            at_kafka = set_kafka or started.enter_context(docker.kafka())
            at_mongo = set_mongo or started.enter_context(docker.mongo())
            yield Addresses(at_kafka, at_mongo, origin="Docker")
            return
        started.enter_context(reserved(settings.data))
        processes: list[Child] = []
        if set_kafka is None:
            cluster = await started.enter_async_context(
                kafka.cluster(settings.data, standard_ports=standard_ports)
            )
            processes += cluster.brokers
        if set_mongo is None:
            members = await started.enter_async_context(
                mongod.replica_set(settings.data, standard_ports=standard_ports)
            )
            processes += members.members
        yield Addresses(set_kafka or cluster.bootstrap, set_mongo or members.uri, "native", processes)
