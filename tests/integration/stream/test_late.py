"""Nothing is recorded in a past that was called complete: neither what was late nor by a wrong clock."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from shared import metrics
from shared.clock import Clock
from shared.mongo import Database
from shared.stream import Stream, Wish
from shared.stream.documents import LONGEST_COMMAND
from shared.stream.store_clock import STATEMENT, STATEMENTS, compare
from tests.integration.stream.conftest import REPORT, STEP, Tale, command, tell

LATE = LONGEST_COMMAND + timedelta(seconds=2)
HOUR = timedelta(hours=1)


@dataclass
class Machine:
    """A machine whose clock is wrong by some time."""

    wrong: timedelta = timedelta()

    def wall(self) -> datetime:
        """What its clock shows."""
        return datetime.now(UTC) + self.wrong


@pytest.fixture
def machine() -> Machine:
    return Machine()


def by(machine: Machine, database: Database) -> Stream[Tale]:
    clock = Clock(machine.wall)
    return Stream(database, "hazards", service="hazards", state=Tale, evolve=tell, clock=clock)


@pytest.fixture
async def stream(machine: Machine, database: Database) -> AsyncIterator[Stream[Tale]]:
    made = by(machine, database)
    await made.prepare()
    async with made.running():
        yield made


async def recorded(stream: Stream[Tale], case: str) -> list[datetime]:
    stored = await stream.load(case)
    assert stored is not None
    return [entry.recorded_at for entry in stored.history]


@pytest.mark.parametrize("kind", ["first", "later"])
async def test_a_command_that_was_frozen_on_its_way_is_recorded_when_it_is_stored(
    stream: Stream[Tale], kind: str
) -> None:
    began, first = datetime.now(UTC), kind == "first"
    if not first:
        await stream.execute("hz_1", replace(command("k1"), recorded_at=began), REPORT)
    frozen = replace(
        command("k2"), received_at=began - LATE, recorded_at=began - LATE, occurred_at=began - LATE
    )

    outcome = await stream.execute("hz_1", frozen, REPORT if first else STEP)

    assert outcome.changed
    assert (await recorded(stream, "hz_1"))[-1] >= began - timedelta(milliseconds=1)
    assert outcome.case.history[-1].time == (began - LATE).isoformat()
    document = await stream._collection.find_one({"_id": "hz_1"})
    assert document["unpublished_since"] >= began - LONGEST_COMMAND or not first


async def test_a_machine_an_hour_behind_goes_by_the_store_and_takes_commands(
    machine: Machine, database: Database
) -> None:
    machine.wrong = -HOUR
    behind = by(machine, database)
    await behind.prepare()
    began = datetime.now(UTC)
    at = machine.wall()

    async with behind.running():
        sent = replace(command("k1"), received_at=at, recorded_at=at)
        assert (await behind.execute("hz_1", sent, REPORT)).changed

    assert (await recorded(behind, "hz_1"))[0] > began - timedelta(seconds=2)


async def test_a_process_that_starts_on_a_clock_set_back_records_after_what_was_called_complete(
    machine: Machine, database: Database
) -> None:
    # As with the store itself set back: its clock says nothing against it.
    horizon = datetime.now(UTC) + HOUR
    await database[STATEMENTS].insert_one({"_id": STATEMENT, "horizon": horizon})
    restarted = by(machine, database)
    await restarted.prepare()
    at = machine.wall()

    async with restarted.running():
        commands = [replace(command(f"k{n}"), received_at=at, recorded_at=at) for n in range(20)]
        await asyncio.gather(*(restarted.execute(f"hz_{n}", one, REPORT) for n, one in enumerate(commands)))

    first = [await recorded(restarted, f"hz_{n}") for n in range(20)]
    assert min(first)[0] >= horizon - timedelta(milliseconds=1)


async def test_so_it_does_with_every_line_of_an_import_and_with_what_arrived_while_it_looked(
    machine: Machine, database: Database
) -> None:
    horizon = datetime.now(UTC) + HOUR
    await database[STATEMENTS].insert_one({"_id": STATEMENT, "horizon": horizon})
    restarted = by(machine, database)
    await restarted.prepare()
    at = machine.wall()
    commands = [replace(command(f"k{n}"), received_at=at, recorded_at=at) for n in range(21)]

    async with restarted.running():
        await restarted.enter([Wish(f"hz_{n}", one, REPORT) for n, one in enumerate(commands[:20])])
        await restarted.execute("hz_20", commands[20], REPORT)

    first = [await recorded(restarted, f"hz_{n}") for n in range(21)]
    assert min(first)[0] >= horizon - timedelta(milliseconds=1)


async def test_a_clock_that_jumps_back_takes_no_case_back(machine: Machine, stream: Stream[Tale]) -> None:
    clock = stream._in_time.clock
    before = clock.now()
    await stream.execute("hz_1", replace(command("k1"), recorded_at=before, received_at=before), REPORT)

    machine.wrong = -HOUR
    after = clock.now()
    await stream.execute("hz_1", replace(command("k2"), recorded_at=after, received_at=after), STEP)

    first, second = await recorded(stream, "hz_1")
    assert timedelta() <= second - first < timedelta(minutes=1)


async def test_a_store_that_jumps_back_an_hour_is_shown_and_takes_commands_and_no_time_back(
    machine: Machine, stream: Stream[Tale], database: Database
) -> None:
    clock = stream._in_time.clock
    before = clock.now()
    await stream.execute("hz_1", replace(command("k1"), recorded_at=before, received_at=before), REPORT)

    # As seen from here, a store that went back is a machine that runs ahead of it.
    machine.wrong = HOUR
    await compare(database, "hazards", clock)
    after = clock.now()
    assert (
        await stream.execute("hz_1", replace(command("k2"), recorded_at=after, received_at=after), STEP)
    ).changed

    (offset,) = [
        of.value
        for family in metrics.clock_offset_seconds.collect()
        for of in family.samples
        if of.labels == {"service": "hazards"}
    ]
    assert abs(offset - HOUR.total_seconds()) < timedelta(minutes=1).total_seconds()
    first, second = await recorded(stream, "hz_1")
    assert second > first


async def test_a_clock_that_jumps_back_is_named_once_and_its_offset_stays_small(
    machine: Machine, stream: Stream[Tale], database: Database
) -> None:
    machine.wrong = -HOUR

    with capture_logs() as lines:
        stream._in_time.clock.now()
        await compare(database, "hazards", stream._in_time.clock)

    said = [line for line in lines if line["event"] == "clock-jumped-back"]
    assert [round(line["seconds"], -1) for line in said] == [HOUR.total_seconds()]
    # What is recorded still goes by the store's time: the jump was not followed.
    assert (
        abs((stream._in_time.clock.now() - datetime.now(UTC)).total_seconds())
        < timedelta(minutes=1).total_seconds()
    )
