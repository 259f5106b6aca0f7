"""A transaction that MongoDB refuses is tried again, visibly and not in haste; nothing is lost or doubled."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from deploy.local.mongod import ReplicaSet
from shared import metrics
from shared.settings import Settings
from tests.facts import records
from tests.integration.failing import DONE_UNKNOWN, REFUSED, TRANSIENT, refusing
from tests.integration.projection.conftest import Stage, stage_on
from tests.support import eventually

# What the server says of a write, of its right to be written, and of its disk; and how the metrics call it.
REFUSALS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a conflict": ("commitTransaction", TRANSIENT, "refused"),
    "a commit that is refused": ("commitTransaction", REFUSED, "refused"),
    "no right to write": ("update", {"errorCode": 13}, "not-allowed"),
    "no room on the disk": ("update", {"errorCode": 14031}, "disk-full"),
    "no room on the disk for what is new": ("insert", {"errorCode": 14031}, "disk-full"),
}
# So often, and it cannot have been in haste: each time waits twice as long as the one before.
OFTEN, AT_LEAST_SECONDS = 5, 0.7


@pytest.mark.promise(2, 5)
@pytest.mark.parametrize("what", REFUSALS)
async def test_what_is_refused_waits_and_counts_once_when_it_is_taken(
    settings: Settings, topics: list[str], store: ReplicaSet, what: str
) -> None:
    assert settings.topic("hazards") in topics
    command, how, named = REFUSALS[what]
    before = shown(named)
    async with stage_on(settings.model_copy(update={"mongo": store.uri})) as stage:
        await stage.send(records("hz_1", 1))
        async with stage.running() as runtime:
            await eventually(lambda: stage.has_told(hz_1=[1]), deadline=30)
            with capture_logs() as lines:
                async with refusing(stage.client, command, how):
                    began = time.monotonic()
                    await stage.send([*records("hz_1", 2), *records("hz_2", 1)])
                    await eventually(lambda: waits(lines) >= OFTEN, deadline=60)
                    assert time.monotonic() - began > AT_LEAST_SECONDS
                    assert await runtime.ready() in ([], ["the positions of some partitions"])
                await eventually(lambda: stage.has_told(hz_1=[1, 2], hz_2=[1]), deadline=60)
        await whole(stage)
    assert shown(named) - before >= OFTEN
    assert named in {line["reason"] for line in lines if line["event"] == "lane-reads-again"}


@pytest.mark.promise(2, 5)
async def test_a_commit_of_which_nobody_heard_counts_once(
    settings: Settings, topics: list[str], store: ReplicaSet
) -> None:
    assert settings.topic("hazards") in topics
    async with stage_on(settings.model_copy(update={"mongo": store.uri})) as stage:
        await stage.send(records("hz_1", 1))
        async with stage.running():
            await eventually(lambda: stage.has_told(hz_1=[1]), deadline=30)
            with capture_logs() as lines:
                async with refusing(stage.client, "commitTransaction", DONE_UNKNOWN):
                    await stage.send([*records("hz_1", 2), *records("hz_2", 1)])
                    await eventually(lambda: waits(lines), deadline=60)
                await eventually(lambda: stage.has_told(hz_1=[1, 2], hz_2=[1]), deadline=60)
        await whole(stage)
    assert "commit-unknown" in {line.get("reason") for line in lines}


def waits(lines: Sequence[Mapping[str, Any]]) -> int:
    """How often the log says that a lane waits."""
    return [line["event"] for line in lines].count("lane-reads-again")


def shown(reason: str) -> float:
    """How often the metrics say so."""
    return sum(
        of.value
        for family in metrics.projection_retries.collect()
        for of in family.samples
        if of.labels.get("reason") == reason and of.name.endswith("_total")
    )


async def whole(stage: Stage) -> None:
    for subject, version in (("hz_1", 2), ("hz_2", 1)):
        case = await stage.case(subject, "91330503MA2B0ABC1B")
        assert case is not None
        assert (case["version"], case["state"]) == (version, {"steps": version})
        assert not {"parked", "held"} & case.keys()
