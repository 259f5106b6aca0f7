"""What ``redrive`` and ``discard`` do: choose letters, say so, decide on each, and wait if asked to."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import typer
from aiokafka import TopicPartition
from rich.console import Console

from deploy.operations.asking import go_on
from deploy.operations.awaiting import wait_for
from deploy.operations.editions import logs
from deploy.operations.errors import NotNow
from deploy.operations.facts import Identified, fact_of
from deploy.operations.letters import Decided, Filter, Found, State, decisions, letters
from deploy.operations.servers import log_of
from deploy.operations.writing import write
from shared.deadletter import Letter
from shared.projection.log import Log
from shared.settings import Settings

_MOST_REFUSALS = 20
_WORDS = {
    State.REDRIVEN: (
        "Redriving {count:,} dead letters: each projection reads these records again, once it has come to"
        " where the log ends now, and so does every rebuild."
    ),
    State.DISCARDED: (
        "Discarding {count:,} dead letters: their records are never applied, in any rebuild either, and cases"
        " that wait for them go on without."
    ),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters an operator means, and what is to become of them.

    Attributes:
        state: what is decided.
        ids: their ids, or unique beginnings of them.
        wanted: in place of ids, every letter that fits.
    """

    state: State
    ids: tuple[str, ...] = ()
    wanted: Filter | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a letter is; its contents are read again when it is decided on."""

    id: str
    at: TopicPartition
    offset: int
    partitions: int


async def decide(settings: Settings, choice: Choice, console: Console, *, yes: bool, wait: bool) -> int:
    """Decide on the chosen letters.

    Returns:
        0; 1 where the operator does not go on; 2 where some could not be decided on, or not all is applied in
        time.

    Raises:
        NotNow: nothing, or not one thing, was chosen.
        Unavailable: a server does not answer.
    """
    if bool(choice.ids) == (choice.wanted is not None):
        raise NotNow("say which letters: their ids, or --all with the filters that leave the right ones.")
    followed = await logs(settings)
    async with log_of(*followed) as log:
        places, refused = await _chosen(followed, choice)
        console.print(_WORDS[choice.state].format(count=len(places)), soft_wrap=True)
        # More may fit than was thought.
        if choice.wanted is not None and places and not yes and not go_on():
            return 1
        # While the question stood others may have decided.
        known = await decisions(settings)
        written = await write(settings, _taken(log, choice.state, places, known, refused))
        facts = await _first(settings, choice.state, written, refused)
    _told(console, choice.state, len(facts), refused)
    waited = await wait_for(settings, console, facts) if wait and facts else True
    return 0 if waited and not refused else 2


async def _chosen(followed: list[Settings], choice: Choice) -> tuple[list[_Place], list[tuple[str, str]]]:
    """Return the letters that are meant, and which of the ids mean none, or several."""
    met: defaultdict[str, list[_Place]] = defaultdict(list)
    ids = tuple(dict.fromkeys(choice.ids))
    async for found in letters(followed, choice.wanted or Filter(state=None)):
        record = found.letter.record
        at = TopicPartition(record.topic, record.partition)
        for asked in ("",) if choice.wanted else ids:
            if found.id.startswith(asked):
                met[asked].append(_Place(found.id, at, record.offset, found.partitions))
    if choice.wanted is not None:
        return met[""], []
    refused = [
        (asked, f"{len(met[asked])} letters begin so" if met[asked] else "there is no such letter")
        for asked in ids
        if len(met[asked]) != 1
    ]
    once = {met[asked][0].id: met[asked][0] for asked in ids if len(met[asked]) == 1}
    return list(once.values()), refused


async def _taken(
    log: Log,
    state: State,
    places: list[_Place],
    known: Mapping[str, Decided],
    refused: list[tuple[str, str]],
) -> AsyncIterator[Identified]:
    """Yield the decisions that can be taken, and note why the others cannot."""
    for place in places:
        try:
            fact = await fact_of(log, await _again(log, place, known.get(place.id)), state)
        except NotNow as why:
            refused.append((place.id, str(why)))
        else:
            yield place.id, fact


async def _first(
    settings: Settings, state: State, written: list[Identified], refused: list[tuple[str, str]]
) -> list[Identified]:
    """Return the decisions that count, and note those before which somebody else's came."""
    known = await decisions(settings) if written else {}
    for identity, _ in written:
        if (first := known[identity]).state is not state:
            refused.append((identity, f"it was {first.state} by somebody else at this moment"))
    return [(identity, fact) for identity, fact in written if known[identity].state is state]


async def _again(log: Log, place: _Place, decided: Decided | None) -> Found:
    record = await log.record(place.at, place.offset)
    letter = Letter.read(record) if record is not None else None
    if letter is None:
        raise NotNow(f"the letter is no longer on {place.at.topic}")
    return Found(place.id, letter, decided, place.partitions)


def _told(console: Console, state: State, count: int, refused: list[tuple[str, str]]) -> None:
    for identity, why in refused[:_MOST_REFUSALS]:
        typer.echo(f"{identity}: refused, {why}.", err=True)
    if len(refused) > _MOST_REFUSALS:
        typer.echo(f"… and {len(refused) - _MOST_REFUSALS:,} more are refused.", err=True)
    console.print(f"{count:,} {state}, {len(refused):,} refused.")
