"""A stream of hazards that only counts its events, in a database of the test's own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared import mongo
from shared.events.base import Recorded, Role
from shared.events.hazards import HazardAssigned, HazardReported
from shared.events.rules import Actor, Moment, Private
from shared.mongo import Database
from shared.settings import Settings
from shared.stream import Command, Stream, Write
from tests.facts import NOON, assigned, reported

ANN = Actor("ann", Role.WORKER)


@dataclass(frozen=True)
class Tale:
    """State of a case: how far it has got, and what was written last."""

    steps: int
    said: str


def tell(state: Tale | None, _event: Recorded[Any], private: Private) -> Tale:
    return Tale((state.steps if state else 0) + 1, private.texts.get("said", ""))


def report(_state: Tale | None, _by: Actor, _moment: Moment) -> HazardReported:
    return reported()


def step(_state: Tale | None, _by: Actor, _moment: Moment) -> HazardAssigned:
    return assigned()


def set_once(state: Tale | None, _by: Actor, _moment: Moment) -> HazardAssigned | None:
    return None if state and state.said == "set" else assigned()


REPORT: Write[Tale] = Write(report, creates=True, texts={"said": "a loose guard"})
STEP: Write[Tale] = Write(step, texts={"said": "seen to"})
#: As a PUT does it: where it is said already, there is nothing to change.
SET: Write[Tale] = Write(set_once, texts={"said": "set"})


def command(key: str, *, digest: str = "same", expected: int | None = None) -> Command:
    at = NOON
    return Command("step", key, digest, expected, ANN, at, at)


def later(of: Command, **changes: Any) -> Command:
    return replace(of, **changes)


def tales(database: Database) -> Stream[Tale]:
    return Stream(database, "hazards", service="hazards", state=Tale, evolve=tell)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    client = mongo.connect(settings.mongo)
    yield client[settings.database("hazards")]
    client.close()


@pytest.fixture
async def idle(database: Database) -> Stream[Tale]:
    """A stream that is ready and writes nothing yet."""
    stream = tales(database)
    await stream.prepare()
    return stream


@pytest.fixture
async def stream(idle: Stream[Tale]) -> AsyncIterator[Stream[Tale]]:
    async with idle.running():
        yield idle
