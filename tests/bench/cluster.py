"""The projection on three brokers (replication 3) and a replica set of three members, all on this machine."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from deploy.local import kafka, mongod
from deploy.local.addresses import Addresses
from tests.bench.following import begun
from tests.bench.frame import Figures, Round, Trial
from tests.bench.ground import Ground, as_for_a_nation
from tests.bench.projection import QUICK_ROUND, ROUND, ours

_COPIES = 3


@contextlib.asynccontextmanager
async def _rounds(ground: Ground) -> AsyncIterator[Round]:
    """Follow one long stream as the trial of one broker and one member does, with ours only."""
    folder = ground.data / "cluster"
    async with (
        kafka.cluster(folder, brokers=_COPIES, standard_ports=False) as brokers,
        mongod.replica_set(folder, members=_COPIES, standard_ports=False) as members,
    ):
        servers = [*brokers.brokers, *members.members]
        addresses = Addresses(brokers.bootstrap, members.uri, "native", servers)
        await as_for_a_nation(addresses)
        there = replace(ground, addresses=addresses, data=folder, replication=_COPIES)
        async with begun(there, seed=1) as stream:
            await ours(stream, there.meter("warm"))

            async def measure() -> Figures:
                await stream.publish(ROUND, quick=QUICK_ROUND)
                return {"ours": await ours(stream, there.meter("projection"))}

            yield measure


TRIAL = Trial("cluster", _rounds)
