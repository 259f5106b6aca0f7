"""Dead letters are listed once, told whole, and decided on so that every run of the log follows."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deploy import reach
from deploy.local.errors import Unavailable
from deploy.operations import choosing, writing
from deploy.operations.choosing import Choice, decide
from deploy.operations.editions import logs
from deploy.operations.errors import NotNow
from deploy.operations.facts import Identified
from deploy.operations.letters import Filter, Found, State, letters
from deploy.operations.showing import list_letters, show_letter
from shared.deadletter import Letter
from shared.events.wire import Record
from shared.settings import Settings
from tests.facts import records
from tests.integration.operations.conftest import KEY, PATIENCE_SECONDS, Screen
from tests.integration.projection.conftest import Stage
from tests.integration.projection.test_decisions import older
from tests.integration.projection.test_log import cut
from tests.support import eventually


async def found(settings: Settings, **wanted: Any) -> list[Found]:
    return [one async for one in letters(await logs(settings), Filter(**wanted))]


async def a_letter(figures: Stage, *more: Record) -> Found:
    """Have a case stand before its second event, which the reader of the day could not read."""
    await figures.send([*records("hz_1", 1, 2, 3, enterprise=KEY), *more])
    async with figures.running(read=older):
        await eventually(lambda: figures.reaches("hazards", 0, 3 + len(more)), deadline=PATIENCE_SECONDS)
    return next(one for one in await found(figures.settings) if one.letter.offset == 1)


def broken(key: str = KEY) -> Record:
    """A record that no build can read, with orders to a terminal in it."""
    (good,) = records("hz_2", 1, enterprise=key)
    return Record(good.topic, good.key, b"\x1b[2J{", good.headers)


async def test_letters_are_listed_once_the_newest_first_and_counted(figures: Stage, screen: Screen) -> None:
    await a_letter(figures, broken())
    # A projection that was killed before it had moved its position writes its letters again.
    await figures.generation.collection("positions").delete_many({})
    await figures.generation.collection("cases").delete_many({})
    async with figures.running(read=older):
        await eventually(lambda: figures.reaches("hazards", 0, 4), deadline=PATIENCE_SECONDS)
    written = [letter.offset for one in await figures.dead() if (letter := Letter.read(one))]
    assert set(written) == {1, 3}
    # A unit that is tried again may write them once more.
    assert len(written) >= 4

    await list_letters(figures.settings, Filter(), 50, screen.console)

    first, second = [line for line in screen.text.splitlines() if "dl_" in line]
    assert "hazards/0/3" in first
    assert "hz_2:1" in first
    assert "hazards/0/1" in second
    assert "reporting-figures" in second
    assert "2 open dead letters." in screen.text


async def test_a_list_is_of_what_was_asked_for_and_says_how_much_it_leaves_out(
    figures: Stage, screen: Screen
) -> None:
    await a_letter(figures, broken(), broken())
    settings = figures.settings

    await list_letters(settings, Filter(), 1, screen.console)

    assert "3 open dead letters, of which the newest 1." in screen.text
    assert [one.letter.offset for one in await found(settings, topic="suggestions")] == []
    assert len(await found(settings, reason="schema")) == 3
    assert await found(settings, reason="key") == []
    assert await found(settings, projection="nobody") == []
    assert await found(settings, state=State.DISCARDED) == []


async def test_a_letter_is_told_whole_and_nothing_in_it_reaches_the_terminal_as_an_order(
    figures: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await a_letter(figures, broken())
    worse = next(one for one in await found(figures.settings) if one.letter.offset == 3)

    with pytest.raises(NotNow, match="2 letters begin with dl_"):
        await show_letter(figures.settings, "dl_")
    await show_letter(figures.settings, worse.id[:12])

    said = capsys.readouterr().out
    assert worse.id in said
    assert f"hz_2:1 of {KEY}" in said
    assert "this build cannot read it either" in said
    assert "header     ce_type: HazardReported" in said
    assert "\\x1b[2J{" in said
    assert "\x1b" not in said


@pytest.mark.promise(4)
async def test_a_record_that_can_be_read_by_now_is_redriven_and_waited_for(
    figures: Stage, screen: Screen
) -> None:
    letter = await a_letter(figures)

    async with figures.running():
        status = await decide(
            figures.settings, Choice(State.REDRIVEN, (letter.id[:15],)), screen.console, yes=False, wait=True
        )
        case = await figures.case("hz_1", KEY)

    assert status == 0
    assert case is not None
    assert case["version"] == 3
    assert not {"holes", "held"} & case.keys()
    assert "Redriving 1 dead letters" in screen.text
    assert "All of it is applied." in screen.text
    (after,) = await found(figures.settings, state=None)
    assert after.decided is not None
    assert (after.state, after.decided.after) == (State.REDRIVEN, 3)


@pytest.mark.promise(4)
async def test_a_record_is_discarded_and_its_case_goes_on(figures: Stage, screen: Screen) -> None:
    letter = await a_letter(figures)

    async with figures.running(read=older):
        choice = Choice(State.DISCARDED, (letter.id,))
        assert await decide(figures.settings, choice, screen.console, yes=False, wait=True) == 0
        case = await figures.case("hz_1", KEY)

    assert case is not None
    assert (case["version"], case["discarded"]) == (3, [2])


async def test_what_cannot_be_decided_is_refused_by_name_and_the_rest_is_done(
    figures: Stage, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = await a_letter(figures, broken())
    worse = next(one for one in await found(figures.settings) if one.letter.offset == 3)
    settings = figures.settings

    many = Choice(State.REDRIVEN, (letter.id, worse.id, "dl_nothing"))
    assert await decide(settings, many, screen.console, yes=False, wait=False) == 2
    again = Choice(State.DISCARDED, (letter.id,))
    assert await decide(settings, again, screen.console, yes=False, wait=False) == 2

    refusals = capsys.readouterr().err
    assert f"{worse.id}: refused, this build cannot read it either" in refusals
    assert "dl_nothing: refused, there is no such letter" in refusals
    assert f"{letter.id}: refused, it was redriven at" in refusals
    assert "1 redriven, 2 refused." in screen.text
    assert [one.id for one in await found(settings, state=State.REDRIVEN)] == [letter.id]
    with pytest.raises(NotNow, match="--all"):
        await decide(settings, Choice(State.DISCARDED), screen.console, yes=True, wait=False)


async def test_all_that_fit_are_decided_at_once(figures: Stage, screen: Screen) -> None:
    await a_letter(figures, *(broken() for _ in range(60)))

    choice = Choice(State.DISCARDED, wanted=Filter(topic="hazards"))
    assert await decide(figures.settings, choice, screen.console, yes=True, wait=False) == 0

    assert "Discarding 61 dead letters" in screen.text
    assert await found(figures.settings) == []


@pytest.mark.promise(4)
async def test_a_record_whose_value_was_left_out_is_redriven_from_the_log_and_refused_once_that_lost_it(
    figures: Stage, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    (good,) = records("hz_2", 1, enterprise=KEY)
    await figures.send([Record(good.topic, good.key, b" " * 600_000, good.headers)])
    async with figures.running():
        await eventually(lambda: figures.reaches("hazards", 0, 1), deadline=PATIENCE_SECONDS)
    (letter,) = await found(figures.settings)
    assert letter.letter.left_out == ("value",)
    await show_letter(figures.settings, letter.id)
    assert "this build cannot read it either" in capsys.readouterr().out
    await cut(figures, 1)

    await show_letter(figures.settings, letter.id)
    choice = Choice(State.REDRIVEN, (letter.id,))
    assert await decide(figures.settings, choice, screen.console, yes=False, wait=False) == 2

    said = capsys.readouterr()
    assert "left out, and gone from the log" in said.out
    assert "its value was left out, and the log no longer has it" in said.err
    discard = Choice(State.DISCARDED, (letter.id,))
    assert await decide(figures.settings, discard, screen.console, yes=False, wait=False) == 0


@pytest.mark.promise(4)
@pytest.mark.parametrize(
    ("when", "said"),
    [("the question stands", "and the first counts"), ("it is written", "by somebody else at this moment")],
)
async def test_whoever_is_not_the_first_is_told_what_was_decided(
    figures: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, when: str, said: str
) -> None:
    await a_letter(figures)
    settings, screen = figures.settings, Screen()
    really = writing.write

    async def other() -> int:
        with monkeypatch.context() as patch:
            patch.setattr(choosing, "write", really)
            mine = Choice(State.REDRIVEN, wanted=Filter())
            return await decide(settings, mine, Screen().console, yes=True, wait=False)

    def asked() -> bool:
        if when == "the question stands":
            with ThreadPoolExecutor() as beside:
                assert beside.submit(asyncio.run, other()).result() == 0
        return True

    async def write(to: Settings, facts: AsyncIterator[Identified]) -> list[Identified]:
        taken = [fact async for fact in facts]
        if when == "it is written":
            assert await other() == 0

        async def again() -> AsyncIterator[Identified]:
            for fact in taken:
                yield fact

        return await really(to, again())

    monkeypatch.setattr(choosing, "go_on", asked)
    monkeypatch.setattr(choosing, "write", write)

    every = Choice(State.DISCARDED, wanted=Filter())
    assert await decide(settings, every, screen.console, yes=False, wait=False) == 2

    assert "0 discarded, 1 refused." in screen.text
    refused = capsys.readouterr().err
    assert "refused, it was redriven" in refused
    assert said in refused
    assert [one.state for one in await found(settings, state=None)] == [State.REDRIVEN]


async def test_a_letter_that_is_named_twice_is_decided_on_once(figures: Stage, screen: Screen) -> None:
    letter = await a_letter(figures)

    twice = Choice(State.DISCARDED, (letter.id, letter.id))
    assert await decide(figures.settings, twice, screen.console, yes=True, wait=False) == 0

    assert "1 discarded, 0 refused." in screen.text


async def test_no_letter_is_overlooked_where_the_editions_cannot_be_asked_for(
    figures: Stage, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_settings: Settings) -> None:
        raise Unavailable("MongoDB does not answer")

    monkeypatch.setattr(reach, "mongo", away)
    settings, every = figures.settings, Choice(State.DISCARDED, wanted=Filter())

    with pytest.raises(Unavailable, match="MongoDB"):
        await list_letters(settings, Filter(), 50, screen.console)
    with pytest.raises(Unavailable, match="MongoDB"):
        await decide(settings, every, screen.console, yes=True, wait=False)
