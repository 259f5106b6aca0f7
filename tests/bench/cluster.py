"""The projection on three brokers (replication 3) and a replica set of three members, all on this machine."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from deploy.local import kafka, mongod
from deploy.local.addresses import Addresses
from tests.bench import projection
from tests.bench.frame import Round, Trial
from tests.bench.ground import Ground, as_for_a_nation

_COPIES = 3


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    folder = ground.data / "cluster"
    async with (
        kafka.cluster(folder, brokers=_COPIES, standard_ports=False) as brokers,
        mongod.replica_set(folder, members=_COPIES, standard_ports=False) as members,
    ):
        servers = [*brokers.brokers, *members.members]
        addresses = Addresses(brokers.bootstrap, members.uri, "native", servers)
        await as_for_a_nation(addresses)
        there = replace(ground, addresses=addresses, data=folder, replication=_COPIES)
        async with projection.alone(there) as measure:
            yield measure


TRIAL = Trial("cluster", _rounds)
