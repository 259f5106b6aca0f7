"""The same command any number of times counts once, whoever dies in between."""

import asyncio
from dataclasses import replace

import pytest

from shared.events.rules import TooOld
from shared.mongo import Database
from shared.stream import CaseIds, KeyReused, Stream
from tests.integration.stream.conftest import REPORT, SET, STEP, Tale, command, tales


@pytest.mark.promise(2)
async def test_a_repeat_adds_nothing_and_answers_with_the_case_as_it_is_now(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_1", command("k2"), STEP)
    await stream.execute("hz_1", command("k3"), STEP)

    again = await stream.execute("hz_1", command("k2"), STEP)
    created_again = await stream.execute("hz_1", command("k1"), REPORT)

    assert (again.changed, again.case.version) == (False, 3)
    assert (created_again.changed, created_again.case.version) == (False, 3)


@pytest.mark.promise(2)
async def test_the_same_command_many_times_at_once_counts_once(stream: Stream[Tale]) -> None:
    outcomes = await asyncio.gather(*(stream.execute("hz_1", command("k1"), REPORT) for _ in range(10)))

    assert sum(outcome.changed for outcome in outcomes) == 1
    assert {outcome.case.version for outcome in outcomes} == {1}


@pytest.mark.promise(2)
async def test_another_request_under_the_same_key_is_refused(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)

    with pytest.raises(KeyReused):
        await stream.execute("hz_1", command("k1", digest="other"), STEP)


@pytest.mark.promise(2)
async def test_two_requests_under_one_key_at_once_are_told_apart(stream: Stream[Tale]) -> None:
    outcomes = await asyncio.gather(
        stream.execute("hz_1", command("k1"), REPORT),
        stream.execute("hz_1", command("k1", digest="other"), REPORT),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, KeyReused) for outcome in outcomes) == 1


async def test_a_repeat_is_recognised_before_if_match_is_refused(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_1", command("k2", expected=1), STEP)

    again = await stream.execute("hz_1", command("k2", expected=1), STEP)

    assert (again.changed, again.case.version) == (False, 2)


@pytest.mark.promise(2)
async def test_a_repeat_after_a_restart_is_recognised(stream: Stream[Tale], database: Database) -> None:
    case = await CaseIds(database).new("hz", "enterprise", "k1")
    await stream.execute(case, command("k1"), REPORT)

    same, restarted = await CaseIds(database).new("hz", "enterprise", "k1"), tales(database)
    await restarted.prepare()
    async with restarted.running():
        again = await restarted.execute(same, command("k1"), REPORT)

    assert (again.changed, again.case.id, again.case.version) == (False, case, 1)


async def test_services_that_start_at_once_agree_on_their_key(database: Database) -> None:
    made = await asyncio.gather(*(CaseIds(database).new("hz", "enterprise", "k1") for _ in range(5)))

    assert len(set(made)) == 1


@pytest.mark.promise(2)
async def test_a_new_case_that_is_stored_without_a_look_counts_once_all_the_same(
    stream: Stream[Tale],
) -> None:
    unseen = replace(REPORT, fresh=True)

    outcomes = [await stream.execute("hz_1", command("k1"), unseen) for _ in range(2)]
    with pytest.raises(KeyReused):
        await stream.execute("hz_1", command("k1", digest="other"), unseen)

    assert [outcome.changed for outcome in outcomes] == [True, False]


async def test_a_repeat_is_answered_though_it_could_not_be_entered_any_more(stream: Stream[Tale]) -> None:
    unseen = replace(REPORT, fresh=True)
    late = replace(command("k1"), refusal=TooOld(92))
    with pytest.raises(TooOld):
        await stream.execute("hz_1", late, unseen)

    await stream.execute("hz_1", command("k1"), unseen)

    again = await stream.execute("hz_1", late, unseen)
    assert (again.changed, again.case.version) == (False, 1)


@pytest.mark.promise(2)
async def test_what_changed_nothing_does_not_undo_later_what_came_after_it(stream: Stream[Tale]) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_1", command("k2"), SET)
    idle = await stream.execute("hz_1", command("k3"), SET)
    await stream.execute("hz_1", command("k4"), STEP)

    again = await stream.execute("hz_1", command("k3"), SET)

    assert (idle.changed, idle.case.version) == (False, 2)
    assert (again.changed, again.case.version, again.case.state.said) == (False, 3, "seen to")
    with pytest.raises(KeyReused):
        await stream.execute("hz_1", command("k3", digest="other"), SET)


@pytest.mark.promise(2)
async def test_of_what_changes_nothing_and_what_changes_it_at_once_a_repeat_adds_nothing(
    stream: Stream[Tale],
) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_1", command("k2"), SET)

    at_once = [("k3", SET), ("k4", STEP), ("k5", SET), ("k6", SET)]
    outcomes = [stream.execute("hz_1", command(key), write) for key, write in at_once]
    changed = sum(outcome.changed for outcome in await asyncio.gather(*outcomes))
    again = [await stream.execute("hz_1", command(key), write) for key, write in at_once]

    assert [outcome.changed for outcome in again] == [False] * 4
    assert {outcome.case.version for outcome in again} == {2 + changed}


async def test_only_the_last_few_that_changed_nothing_are_kept_and_none_that_no_repeat_can_follow(
    stream: Stream[Tale], database: Database
) -> None:
    await stream.execute("hz_1", command("k1"), REPORT)
    await stream.execute("hz_1", command("k2"), SET)
    for n in range(3, 9):
        await stream.execute("hz_1", command(f"k{n}"), SET)
    await stream.execute("hz_1", replace(command("made"), may_repeat=False), SET)

    (row,) = await database["hazards"].find().to_list(None)

    assert [noted["command"] for noted in row["noted"]] == ["k5", "k6", "k7", "k8"]
