"""A server that is away or frozen delays and loses nothing: the whole platform, on servers of its own."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from httpx2 import Response

from deploy.local import errors
from deploy.local.kafka import Cluster, cluster
from deploy.local.mongod import ReplicaSet, replica_set
from deploy.local.processes import Child
from shared.events.base import Role
from shared.settings import Settings
from tests.integration.access.routes import ROUTES, Route, route
from tests.integration.access.world import Stage, World, platform
from tests.support import BACK_SECONDS, eventually, not_here, stopwatch

# Within this a client must have heard.
NEWS_SECONDS = 5.0
CREATING = [asked for asked in ROUTES if asked.creates]
STEPS = [
    route("POST", f"/v1/{kind}/{{case}}/{step}")
    for kind, step in (("suggestions", "review"), ("savings", "reject"), ("hazards", "merge"))
]

COUNTED = {
    "enterprises": "enterprises_registered",
    "suggestions": "suggestions_submitted",
    "hazards": "hazards_reported",
}


@dataclass(frozen=True)
class Frail:
    """The platform, and the servers under it."""

    world: World
    kafka: Cluster
    mongo: ReplicaSet


@pytest.fixture(scope="module")
async def frail(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Frail]:
    """A platform whose servers a test may take away."""
    data = tmp_path_factory.mktemp("frail")
    try:
        async with (
            cluster(data, standard_ports=False) as kafka,
            replica_set(data, standard_ports=False) as mongo,
        ):
            settings = Settings(kafka=kafka.bootstrap, mongo=mongo.uri, data=data, partitions=3)
            async with platform(settings) as world:
                yield Frail(world, kafka, mongo)
    except errors.Unavailable as missing:
        not_here(missing)


async def freeze(child: Child) -> None:
    child.freeze()


async def thaw(child: Child) -> None:
    child.thaw()


@pytest.mark.parametrize(
    ("goes", "comes"), [(freeze, thaw), (Child.kill, Child.start)], ids=["frozen", "killed"]
)
@pytest.mark.promise(1, 2, 5)
async def test_with_mongodb_away_every_route_says_so_in_time_and_every_command_counts_once(
    frail: Frail, goes: Callable[[Child], Awaitable[None]], comes: Callable[[Child], Awaitable[None]]
) -> None:
    world, member = frail.world, frail.mongo.members[0]
    forms = [(asked, await world.stage(asked), secrets.token_hex(16)) for asked in (*CREATING, *STEPS)]
    reads = [asked for asked in ROUTES if asked.method == "GET"]
    stages = [await world.stage(asked) for asked in reads]
    before = await world.stored()

    await goes(member)
    try:
        told = await asyncio.gather(
            *(timed(world, asked, stage, key) for asked, stage, key in forms),
            *(timed(world, asked, stage) for asked, stage in zip(reads, stages, strict=True)),
        )
    finally:
        await comes(member)

    for (answer, seconds), asked in zip(told, [*(asked for asked, *_ in forms), *reads], strict=True):
        assert answer.status_code == 503, f"{asked}: {answer.text}"
        assert int(answer.headers["retry-after"]) > 0, asked
        assert seconds < NEWS_SECONDS, asked
    for asked, stage, key in forms:
        await eventually(partial(taken, world, asked, stage, key), deadline=BACK_SECONDS)
        await taken(world, asked, stage, key)
    after = await world.stored()
    assert {name: count[1] - before[name][1] for name, count in after.items()} == {
        "enterprises": 1,
        "suggestions": 2,
        "savings": 2,
        "hazards": 2,
    }
    assert {name: count[0] - before[name][0] for name, count in after.items()} == dict.fromkeys(before, 1)


async def timed(world: World, asked: Route, stage: Stage, key: str | None = None) -> tuple[Response, float]:
    """Send a request and return how long its answer took, as a stopwatch tells it."""
    headers = world.who(Role.SERVICE) | ({"Idempotency-Key": key} if key else {})
    with stopwatch() as took:
        answer = await world.send(asked, stage, headers)
    return answer, took.seconds


async def taken(world: World, asked: Route, stage: Stage, key: str) -> bool:
    """Send a command again; False while the store still collects itself."""
    answer, _ = await timed(world, asked, stage, key)
    assert answer.status_code in {200, 201, 503}, answer.text
    return answer.status_code != 503


@pytest.mark.promise(1, 2, 5)
async def test_with_kafka_away_commands_are_taken_and_each_is_counted_once_when_it_is_back(
    frail: Frail,
) -> None:
    world, broker = frail.world, frail.kafka.brokers[0]
    await eventually(partial(all_counted, world), deadline=BACK_SECONDS)

    await broker.kill()
    try:
        for asked in (*CREATING, *STEPS):
            stage = await world.stage(asked)
            answer, seconds = await timed(world, asked, stage, secrets.token_hex(16))
            assert answer.status_code in {200, 201}, answer.text
            assert seconds < NEWS_SECONDS
        meanwhile = await figures(world)
    finally:
        await broker.start()

    # A report is answered all the same, and says that it does not know what is still to come.
    assert meanwhile["provenance"]["behind_records"] is None
    await eventually(partial(all_counted, world), deadline=BACK_SECONDS)


async def all_counted(world: World) -> bool:
    """Whether the report says of every stream what it holds."""
    report, stored = await figures(world), await world.stored()
    assert {name: report["totals"][figure] for name, figure in COUNTED.items()} == {
        name: stored[name][0] for name in COUNTED
    }
    return bool(report["provenance"]["behind_records"] == 0)


async def figures(world: World) -> dict[str, Any]:
    """Return the nation's figures of as many months as a report may have."""
    asked = route("GET", "/v1/reports/areas/{code}")
    stage = Stage("/v1/reports/areas/CN?from=2020-01&to=2039-12")
    answer, _ = await timed(world, asked, stage)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report
