"""A case and its events are one document: each command is one write, and no half of a case can exist."""

import asyncio
from datetime import UTC, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pymongo.errors import WriteError

from shared.events.rules import Private, Refused, WrongState
from shared.mongo import Database
from shared.stream import (
    CaseFull,
    Outcome,
    PreconditionFailed,
    Stream,
    UnknownCase,
    Write,
)
from shared.stream.documents import MOST_EVENTS, Entry
from tests.facts import NOON, event
from tests.integration.stream.conftest import ANN, REPORT, STEP, Tale, command, later, tales
from tests.support import eventually


async def test_what_was_accepted_is_in_the_store_with_its_event(
    stream: Stream[Tale], database: Database
) -> None:
    done = await stream.execute("hz_1", command("k1"), REPORT)

    document = await database["hazards"].find_one({"_id": "hz_1"})
    assert done.changed
    assert done.case == await stream.load("hz_1")
    assert (document["version"], document["published"]) == (1, 0)
    assert document["unpublished_since"].tzinfo is not None
    assert document["state"] == {"steps": 1, "said": "a loose guard"}
    (entry,) = done.case.history
    assert (entry.type, entry.by, entry.texts) == ("HazardReported", "ann", {"said": "a loose guard"})
    # Microseconds and all: a date of BSON would have cut them.
    assert entry.time == NOON.isoformat()


async def test_events_stay_in_the_case_in_their_order(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_1", command("k2"), STEP)

    done = await stream.execute("hz_1", command("k3"), STEP)

    assert done.case.version == done.case.state.steps == 3
    assert [entry.sequence for entry in done.case.history] == [1, 2, 3]


async def test_a_nameless_command_leaves_no_account_behind(stream: Stream[Tale], database: Database) -> None:
    nameless: Write[Tale] = Write(REPORT.rule, anonymous=True, creates=True)

    await stream.execute("hz_1", command("k1"), nameless)

    assert ANN.id not in str(await database["hazards"].find_one({"_id": "hz_1"}))


async def test_the_store_refuses_half_a_case(stream: Stream[Tale], database: Database) -> None:
    half = {"$set": {"version": 2}, "$push": {"events": {}}}

    with pytest.raises(WriteError) as refused:
        await database["hazards"].update_one({"_id": "hz_1", "version": 1}, half, upsert=True)

    assert refused.value.code == 121
    assert await stream.load("hz_1") is None


@pytest.mark.promise(1)
async def test_a_case_that_vanished_between_read_and_write_is_unknown_and_not_half_there(
    idle: Stream[Tale], database: Database
) -> None:
    async with idle.running():
        await idle.execute("hz_1", command("k1"), REPORT)
    late = asyncio.create_task(idle.execute("hz_1", command("k2"), STEP))
    await eventually(lambda: idle._commit._waiting.qsize() == 1)
    await database["hazards"].delete_one({"_id": "hz_1"})

    async with idle.running():
        with pytest.raises(UnknownCase):
            await late

    assert await idle.load("hz_1") is None


async def test_preparing_again_changes_nothing(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)

    await stream.prepare([("state.steps", 1)])

    assert (await stream.execute("hz_1", command("k2"), STEP)).case.version == 2


async def test_commands_that_arrive_together_are_written_together(idle: Stream[Tale]) -> None:
    waiting = [asyncio.create_task(idle.execute(f"hz_{n}", command(f"k{n}"), REPORT)) for n in range(20)]
    await eventually(lambda: idle._commit._waiting.qsize() == 20)
    bulks, written = sizes()

    async with idle.running():
        outcomes = await asyncio.gather(*waiting)

    assert all(outcome.changed for outcome in outcomes)
    assert sizes() == (bulks + 1, written + 20)


async def test_two_commands_on_one_case_in_one_bulk_are_both_applied_and_only_the_loser_tries_again(
    idle: Stream[Tale],
) -> None:
    async with idle.running():
        await idle.execute("hz_1", command("k1"), REPORT)
    on = {"k2": "hz_1", "k3": "hz_1", "k4": "hz_4"}
    waiting = [
        asyncio.create_task(idle.execute(case, command(key), STEP if case == "hz_1" else REPORT))
        for key, case in on.items()
    ]
    await eventually(lambda: idle._commit._waiting.qsize() == 3)
    bulks, written = sizes()

    async with idle.running():
        outcomes = await asyncio.gather(*waiting)

    assert all(outcome.changed for outcome in outcomes)
    assert sizes() == (bulks + 2, written + 4)
    stored = await idle.load("hz_1")
    assert stored is not None
    assert sorted(entry.command for entry in stored.history) == ["k1", "k2", "k3"]
    assert stored.version == stored.state.steps == 3


@pytest.mark.promise(1)
async def test_many_commands_on_one_case_lose_nothing(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k0"), REPORT)

    await asyncio.gather(*(stream.execute("hz_1", command(f"k{n}"), STEP) for n in range(1, 20)))

    stored = await stream.load("hz_1")
    assert stored is not None
    assert sorted(entry.command for entry in stored.history) == sorted(f"k{n}" for n in range(20))


async def test_what_is_still_waiting_is_written_before_the_end(idle: Stream[Tale]) -> None:
    waiting = asyncio.create_task(idle.execute("hz_1", command("k1"), REPORT))
    await eventually(lambda: idle._commit._waiting.qsize() == 1)

    async with idle.running():
        pass

    assert (await waiting).changed


async def test_a_later_command_needs_the_case(stream: Stream[Tale]) -> None:
    with pytest.raises(UnknownCase):
        await stream.execute("hz_1", command("k1"), STEP)


async def test_a_case_that_the_asker_may_not_know_of_is_not_changed(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)

    def guard(_state: Tale) -> None:
        raise UnknownCase

    with pytest.raises(UnknownCase):
        await stream.execute("hz_1", command("k2"), Write(STEP.rule, guard=guard))

    assert await version(stream) == 1


async def test_a_refused_wish_stores_nothing(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)

    def refuse(*_: Any) -> None:
        raise WrongState("reported", "verified")

    with pytest.raises(Refused):
        await stream.execute("hz_1", command("k2"), Write(refuse))

    assert await version(stream) == 1


async def test_a_wish_that_changes_nothing_stores_nothing(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)

    done = await stream.execute("hz_1", command("k2"), Write(lambda *_: None))

    assert (done.changed, done.case.version) == (False, 1)


async def test_if_match_holds_the_version_that_was_seen(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_1", command("k2", expected=1), STEP)

    with pytest.raises(PreconditionFailed) as refused:
        await stream.execute("hz_1", command("k3", expected=1), STEP)

    assert refused.value.extra == {"version": 2}
    assert await version(stream) == 2


async def test_of_two_that_have_seen_the_same_version_one_is_refused(idle: Stream[Tale]) -> None:
    async with idle.running():
        await idle.execute("hz_1", command("k1"), REPORT)
    waiting = [
        asyncio.create_task(idle.execute("hz_1", command(key, expected=1), STEP)) for key in ("k2", "k3")
    ]
    await eventually(lambda: idle._commit._waiting.qsize() == 2)

    async with idle.running():
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {Outcome, PreconditionFailed}
    assert await version(idle) == 2


async def test_a_full_case_takes_no_more(stream: Stream[Tale], database: Database) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    entries = [entry(sequence) for sequence in range(1, MOST_EVENTS + 1)]
    full = {"$set": {"events": entries, "version": MOST_EVENTS}}
    await database["hazards"].update_one({"_id": "hz_1"}, full)

    with pytest.raises(CaseFull):
        await stream.execute("hz_1", command("new"), STEP)
    repeated = await stream.execute("hz_1", command(f"k{MOST_EVENTS}"), STEP)

    assert (repeated.changed, repeated.case.version) == (False, MOST_EVENTS)


async def test_recorded_at_never_runs_backwards_though_the_clock_does(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    set_back = later(command("k2"), recorded_at=NOON - timedelta(hours=1))

    done = await stream.execute("hz_1", set_back, STEP)

    first, second = done.case.history
    assert second.recorded_at == first.recorded_at == NOON.astimezone(UTC)


async def test_lists_are_paged_by_id_and_filtered_by_state(stream: Stream[Tale]) -> None:
    for n in (3, 1, 2):
        await stream.execute(f"hz_{n}", command(f"k{n}"), REPORT)
    await stream.execute("hz_2", command("k4"), STEP)

    first = await stream.page({"steps": 1}, after=None, limit=1)
    rest = await stream.page({"steps": 1}, after=first[-1].id, limit=10)

    assert [case.id for case in (*first, *rest)] == ["hz_1", "hz_3"]


async def test_what_the_store_cannot_hold_fails_its_own_command_alone(database: Database) -> None:
    def too_big(state: Tale | None, *_: Any) -> Tale:
        return Tale(2**70 if state else 1, "")

    stream = tales(database)
    stream._cases._evolve = too_big
    await stream.prepare()
    async with stream.running():
        await stream.execute("hz_1", command("k1"), REPORT)
        outcomes = await asyncio.gather(
            stream.execute("hz_1", command("k2"), STEP),
            stream.execute("hz_2", command("k3"), REPORT),
            return_exceptions=True,
        )

    assert isinstance(outcomes[0], OverflowError)
    assert isinstance(outcomes[1], Outcome)


def sizes() -> tuple[float, float]:
    """How many bulks were written so far, and how many commands in them."""
    count, total = (
        REGISTRY.get_sample_value(f"nanxun_group_commit_size_{name}") for name in ("count", "sum")
    )
    return count or 0.0, total or 0.0


def entry(sequence: int) -> dict[str, Any]:
    made = command(f"k{sequence}")
    return Entry.of(event("hz_1", sequence), made, Private(None, {})).document()


async def version(stream: Stream[Tale]) -> int:
    stored = await stream.load("hz_1")
    assert stored is not None
    return stored.version
