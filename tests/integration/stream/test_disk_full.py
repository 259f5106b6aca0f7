"""A store whose disk is full refuses commands and loses none that it took; with room again all goes on."""

import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from deploy.local import errors
from deploy.local.mongod import ReplicaSet, replica_set
from shared import mongo
from shared.errors import Unavailable
from tests.integration.small_disk import Disk, small_disk
from tests.integration.stream.conftest import REPORT, command, tales
from tests.support import BACK_SECONDS, eventually, not_here

# mongod lays out 300 MB of journal before its first document.
DISK_MB = 700
ROOM = 1_000_000
# A few of them are more than the room that is left, however well they are packed.
LARGE = replace(REPORT, texts={"said": secrets.token_hex(100_000)})
COMMANDS = 40


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    with small_disk(tmp_path / "disk", DISK_MB) as mounted:
        yield mounted


@pytest.fixture
async def member(disk: Disk) -> AsyncIterator[ReplicaSet]:
    try:
        async with replica_set(disk.folder, standard_ports=False) as running:
            yield running
    except errors.Unavailable as missing:
        not_here(missing)


@pytest.mark.promise(1, 5)
async def test_with_the_disk_full_commands_are_refused_and_none_that_was_taken_is_lost(
    disk: Disk, member: ReplicaSet
) -> None:
    client = mongo.connect(member.uri)
    stream = tales(client["hazards"])
    await stream.prepare()
    taken, refused = list[int](), list[Unavailable]()
    async with stream.running():
        disk.fill(but=ROOM)
        for n in range(COMMANDS):
            try:
                await stream.execute(f"hz_{n}", command(f"k{n}"), LARGE)
                taken.append(n)
                # What a store does each minute: until then it lives off the room that it has taken before.
                with suppress(PyMongoError):
                    await client.admin.command("fsync")
            except Unavailable as full:
                refused.append(full)
                if len(refused) == 2:
                    break
        assert refused
        assert all(one.retry_after for one in refused)

        disk.make_room()

        async def takes_all() -> bool:
            # A mongod that cannot write its journal ends itself rather than say what is not so; it may be at
            # it when there is room again.
            await member.members[0].start()
            try:
                outcomes = [await stream.execute(f"hz_{n}", command(f"k{n}"), LARGE) for n in range(COMMANDS)]
            except Unavailable:
                return False
            assert not any(outcomes[n].changed for n in taken)
            return True

        await eventually(takes_all, deadline=BACK_SECONDS)
        for n in range(COMMANDS):
            stored = await stream.load(f"hz_{n}")
            assert stored is not None
            assert stored.version == 1
    client.close()
