"""Each event counts once, in the order of its case: delivered twice, out of order, or by two processes."""

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.local.processes import Child
from shared.events.wire import Record
from shared.projection import Runtime
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.support import eventually

WORKER = "import asyncio; from tests.integration.projection.worker import main; asyncio.run(main())"


@pytest.mark.promise(2)
async def test_an_event_delivered_twice_is_applied_once(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 1, 2, 1, 2, 3, 2, 1))

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))
        await stage.send(records("hz_1", 2, 3, 4, 3))
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3, 4]))


@pytest.mark.promise(2)
async def test_a_restart_goes_on_where_it_stopped(stage: Stage) -> None:
    await stage.send(records("hz_1", 1, 2))
    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2]))
    await stage.send(records("hz_1", 3))

    async with stage.running() as runtime:
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))
        await eventually(lambda: is_ready(runtime))


async def is_ready(runtime: Runtime[Any, Any]) -> bool:
    return await runtime.ready() == []


@pytest.mark.promise(3)
async def test_an_event_that_comes_too_early_is_held_until_its_predecessor_is_there(stage: Stage) -> None:
    first, *rest = records("hz_1", 1, 2, 3, 4)
    key = first.key.decode() if first.key else ""
    await stage.send([first, *reversed(rest)][:3])

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1]))
        case = await stage.case("hz_1", key)
        assert case is not None
        assert sorted(held["sequence"] for held in case["held"]) == [3, 4]
        await stage.send(rest[:1])
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3, 4]))

    closed = await stage.case("hz_1", key)
    assert closed is not None
    assert (closed["version"], closed["state"], "held" in closed) == (4, {"steps": 4}, False)


@pytest.mark.promise(3)
async def test_a_case_may_begin_with_any_of_its_events(stage: Stage) -> None:
    await stage.send(records("hz_1", 3, 2))

    async with stage.running():
        await eventually(lambda: held(stage, "hz_1", 2))
        await stage.send(records("hz_1", 1))
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))


async def held(stage: Stage, subject: str, count: int) -> bool:
    case = await stage.case(subject, "91330503MA2B0ABC1B")
    return case is not None and len(case["held"]) == count


@pytest.mark.promise(3)
async def test_all_events_of_an_enterprise_meet_in_one_lane_whatever_their_topic(stage: Stage) -> None:
    for n in range(12):
        await stage.send(records(f"hz_{n}", 1, 2, enterprise=f"E{n}"))
        await stage.send(moved(records(f"sg_{n}", 1, enterprise=f"E{n}"), "suggestions"))

    async with stage.running("one"), stage.running("two"):
        await eventually(lambda: complete(stage, 24))

    lanes: dict[str, set[int]] = {}
    for row in await stage.generation.collection("told").find().to_list(None):
        lanes.setdefault(row["subject"][3:], set()).update(row["lanes"])
    assert len(lanes) == 12
    assert all(len(lane) == 1 for lane in lanes.values())
    for n in range(12):
        for topic in ("hz", "sg"):
            case = await stage.case(f"{topic}_{n}", f"E{n}")
            assert case is not None
            assert {case["lane"]} == lanes[str(n)]


async def complete(stage: Stage, cases: int) -> bool:
    return len(await stage.told()) == cases


def moved(of: list[Record], topic: str) -> list[Record]:
    return [record._replace(topic=topic) for record in of]


@pytest.mark.promise(2, 3)
async def test_processes_that_join_leave_and_come_back_neither_lose_nor_double_anything(stage: Stage) -> None:
    cases = {f"hz_{n}": enterprise(n % 3, 3, n) for n in range(9)}

    async def write(*steps: int) -> None:
        for step in steps:
            for subject, key in cases.items():
                await stage.send(records(subject, step, step + 1, step, enterprise=key))

    writing = asyncio.create_task(write(*range(1, 60)))
    async with stage.running("one") as first:
        await eventually(lambda: complete(stage, 9))
        async with stage.running("two") as second:
            await eventually(lambda: both_work(first, second))
            await writing
        # Its lanes wait for it, as long as its session lasts.
        await write(60)
        async with stage.running("two"):
            await eventually(lambda: stage.has_told(**dict.fromkeys(cases, range(1, 62))))


def both_work(*runtimes: Runtime[Any, Any]) -> bool:
    return all(runtime.works() for runtime in runtimes)


@pytest.mark.promise(1, 2)
async def test_a_process_killed_amid_its_work_counts_everything_once(stage: Stage, tmp_path: Path) -> None:
    cases = [f"hz_{n}" for n in range(30)]
    env = {
        "NANXUN_KAFKA": stage.settings.kafka,
        "NANXUN_MONGO": stage.settings.mongo,
        "NANXUN_NAMESPACE": stage.settings.namespace,
        "NANXUN_PARTITIONS": str(stage.settings.partitions),
        "NANXUN_INSTANCE": "worker",
    }
    worker = Child("worker", (sys.executable, "-c", WORKER), log=tmp_path / "log", env={**os.environ, **env})

    async def write(*steps: int) -> None:
        for step in steps:
            await stage.send(
                r for n, case in enumerate(cases) for r in records(case, step, enterprise=f"E{n}")
            )

    try:
        await write(*range(1, 51))
        await worker.start()
        await eventually(lambda: has_begun(stage))
        writing = asyncio.create_task(write(*range(51, 101)))
        await worker.kill()
        await worker.start()
        await writing
        await eventually(lambda: stage.has_told(**dict.fromkeys(cases, range(1, 101))))
    finally:
        await worker.kill()


async def has_begun(stage: Stage) -> bool:
    return bool(await stage.told())


@pytest.mark.promise(3)
async def test_any_order_of_a_long_log_gives_each_event_once(stage: Stage) -> None:
    shuffled = records("hz_1", *range(1, 200)) * 2
    random.Random(1).shuffle(shuffled)  # noqa: S311 - any order will do
    await stage.send(shuffled)

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=range(1, 200)))
