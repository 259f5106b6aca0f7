"""Many cases entered together have the verdicts that each alone would have, for one look and one write."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.mongod import ReplicaSet
from shared import mongo
from shared.errors import Unavailable
from shared.events.rules import WrongState
from shared.mongo import Database
from shared.settings import Settings
from shared.stream import KeyReused, Outcome, Stream, UnknownCase, Verdict, Wish, Write
from shared.stream.documents import LONGEST_COMMAND
from tests.integration.failing import DONE_UNKNOWN, refusing
from tests.integration.stream.conftest import REPORT, SET, STEP, Tale, command, tales
from tests.integration.stream.test_commands import sizes


def refuse(*_: Any) -> None:
    raise WrongState("reported", "verified")


def changed(verdicts: list[Verdict[Tale]]) -> list[bool]:
    return [isinstance(verdict, Outcome) and verdict.changed for verdict in verdicts]


async def keys(stream: Stream[Tale], case: str) -> list[str]:
    stored = await stream.load(case)
    assert stored is not None
    assert stored.version == stored.state.steps == len(stored.history)
    return [entry.command for entry in stored.history]


async def test_new_cases_are_written_in_one_go_and_again_they_are_known(stream: Stream[Tale]) -> None:
    wishes = [Wish(f"hz_{n}", command(f"k{n}"), REPORT) for n in range(20)]
    bulks, written = sizes()

    first = await stream.enter(wishes)
    again = await stream.enter(wishes)

    assert sizes() == (bulks + 1, written + 20)
    assert changed(first) == [True] * 20
    assert changed(again) == [False] * 20
    assert await keys(stream, "hz_7") == ["k7"]


async def test_each_has_the_verdict_it_would_have_alone(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_2", command("k2"), REPORT)

    verdicts = await stream.enter(
        [
            Wish("hz_1", command("k3"), REPORT),
            Wish("hz_2", command("k2", digest="another"), REPORT),
            Wish("hz_3", command("k4"), STEP),
            Wish("hz_4", command("k5"), Write(refuse, creates=True)),
            Wish("hz_5", command("k6"), REPORT),
        ]
    )

    kinds: list[Any] = [type(verdict) for verdict in verdicts]
    assert kinds == [Outcome, KeyReused, UnknownCase, WrongState, Outcome]
    assert await keys(stream, "hz_1") == ["k1", "k3"]
    assert await keys(stream, "hz_5") == ["k6"]
    assert await stream.load("hz_4") is None


@pytest.mark.promise(2)
async def test_what_changed_nothing_does_not_undo_later_what_came_after_it(stream: Stream[Tale]) -> None:
    cases = [f"hz_{n}" for n in range(5)]
    for case in cases:
        await stream.execute(case, command("k1"), REPORT)
        await stream.execute(case, command("k2"), SET)
    wishes = [Wish(case, command("k3"), SET) for case in cases]
    bulks, written = sizes()

    idle = await stream.enter(wishes)

    assert (changed(idle), sizes()) == ([False] * 5, (bulks + 1, written + 5))
    await stream.execute("hz_0", command("k4"), STEP)
    assert changed(await stream.enter(wishes)) == [False] * 5
    assert await keys(stream, "hz_0") == ["k1", "k2", "k4"]


@pytest.mark.promise(1)
async def test_of_two_that_enter_one_case_at_once_both_are_applied(stream: Stream[Tale]) -> None:
    entered = await asyncio.gather(
        *(stream.enter([Wish("hz_1", command(key), REPORT)]) for key in ("k1", "k2", "k3"))
    )

    assert [changed(verdicts) for verdicts in entered] == [[True]] * 3
    assert sorted(await keys(stream, "hz_1")) == ["k1", "k2", "k3"]


async def test_what_was_frozen_on_its_way_is_recorded_when_the_store_takes_it(stream: Stream[Tale]) -> None:
    await stream.enter([Wish("hz_0", command("k0"), REPORT)])
    began = datetime.now(UTC)
    then = began - LONGEST_COMMAND * 2
    frozen = replace(command("k1"), received_at=then, recorded_at=then)

    verdicts = await stream.enter([Wish("hz_1", frozen, REPORT), Wish("hz_2", command("k2"), REPORT)])

    assert changed(verdicts) == [True, True]
    stored = await stream.load("hz_1")
    assert stored is not None
    assert stored.history[0].recorded_at >= began - timedelta(milliseconds=1)


async def test_a_store_whose_clock_was_set_back_refuses_inserts_and_takes_them_as_updates(
    stream: Stream[Tale], database: Database
) -> None:
    # Its timestamps stay ahead of its clock, so that whatever it inserts looks late.
    ahead = {"$expr": {"$ne": [{"$type": "$stored"}, "timestamp"]}}
    await database.command("collMod", "hazards", validator=ahead)

    together = await stream.enter([Wish("hz_1", command("k1"), REPORT)])
    alone = await stream.execute("hz_2", command("k2"), replace(REPORT, fresh=True))

    assert (changed(together), alone.changed) == ([True], True)
    assert await keys(stream, "hz_1") == ["k1"]


async def test_an_insert_is_held_against_the_stores_clock(stream: Stream[Tale], database: Database) -> None:
    await stream.enter([Wish("hz_1", command("k1"), REPORT)])

    (row,) = await database["hazards"].find().to_list(None)

    stored = row["stored"].as_datetime()
    assert timedelta(seconds=-1) <= stored - row["received"] <= LONGEST_COMMAND


@pytest.mark.promise(5)
async def test_what_nobody_confirmed_and_is_there_all_the_same_is_entered_and_no_repeat(
    store: ReplicaSet, settings: Settings
) -> None:
    client = mongo.connect(store.uri)
    stream = tales(client[settings.database("hazards")])
    await stream.prepare()
    async with stream.running(), refusing(client, "insert", DONE_UNKNOWN, times=1):
        verdicts = await stream.enter([Wish(f"hz_{n}", command(f"k{n}"), REPORT) for n in range(3)])

    assert changed(verdicts) == [True] * 3
    assert await keys(stream, "hz_1") == ["k1"]
    client.close()


@pytest.mark.promise(5)
async def test_a_store_that_is_away_is_said_and_not_taken_for_an_empty_one(settings: Settings) -> None:
    client = mongo.connect("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=50", timeout_ms=100)
    stream = Stream(
        client[settings.database("hazards")],
        "hazards",
        service="hazards",
        state=Tale,
        evolve=lambda *_: Tale(1, ""),
    )

    with pytest.raises(Unavailable):
        await stream.enter([Wish("hz_1", command("k1"), REPORT)])
    client.close()
