"""A Kafka whose disk is full delays what is published; the store keeps it until there is room."""

import asyncio
from pathlib import Path

import pytest

from deploy.local import errors
from deploy.local.kafka import cluster
from shared.settings import Settings
from shared.topics import provision
from tests.integration.relay.conftest import Stock
from tests.integration.relay.test_publishing import relaying
from tests.integration.small_disk import small_disk
from tests.support import BACK_SECONDS, eventually, not_here

DISK_MB = 60
ROOM = 100_000


@pytest.mark.promise(1, 5)
async def test_with_kafkas_disk_full_events_wait_in_the_store_and_go_out_when_there_is_room(
    settings: Settings, stock: Stock, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", DISK_MB) as disk:
        try:
            async with cluster(disk.folder, standard_ports=False) as kafka:
                there = settings.model_copy(update={"kafka": kafka.bootstrap})
                await provision(there)
                async with relaying(there, stock) as relay:
                    await stock.add("hz_1")
                    await eventually(stock.all_marked)
                    disk.fill(but=ROOM)
                    for n in range(300):
                        await stock.add(f"hz_{n}", 5, enterprise=f"E{n}")
                    # The broker's only log directory has failed: it ends itself.
                    async with asyncio.timeout(BACK_SECONDS):
                        await kafka.brokers[0].ended()
                    waiting = await stock.unpublished()
                    assert await relay.ready() == []

                    disk.make_room()
                    await kafka.brokers[0].start()
                    await eventually(stock.all_marked, deadline=BACK_SECONDS)
                assert waiting
        except errors.Unavailable as missing:
            not_here(missing)
