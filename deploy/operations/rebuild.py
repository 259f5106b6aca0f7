"""``nanxun rebuild <projection>``: a read model built anew beside the current one, compared, switched."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console

from deploy.foreground import run as run_in_foreground
from deploy.operations import sentences
from deploy.operations.errors import NotNow
from deploy.operations.followed import Followed, followed, named
from deploy.operations.refusals import refusals
from deploy.operations.servers import store
from deploy.operations.telling import Telling, differences
from shared.mongo import Client
from shared.projection.log import Stopped
from shared.projection.rebuild import MOST_BEHIND, Rebuild
from shared.settings import Settings, load

_WHICH = f"{', '.join(one.name for one in followed())}, or one part of it where no other has that."


def rebuild(  # noqa: PLR0913 - the options of the command
    projection: Annotated[str, typer.Argument(help=_WHICH)],
    *,
    accept_differences: Annotated[
        bool, typer.Option("--accept-differences", help="Switch also where the two differ.")
    ] = False,
    log_was_lost: Annotated[
        bool, typer.Option("--log-was-lost", help="The topics were lost and made again.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Read the generation again that was read before.")
    ] = False,
    however_far: Annotated[
        bool, typer.Option("--however-far", help="With --rollback: also where that one is far behind.")
    ] = False,
    forward: Annotated[bool, typer.Option("--forward", help="Take a --rollback back.")] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="End every generation that is not read, and free its room.")
    ] = False,
) -> None:
    """Build a read model anew from the log, compare it with the one that is read, and switch."""
    if rollback + forward + drop + (accept_differences or log_was_lost) > 1:
        raise NotNow(sentences.ONE_WISH)
    if however_far and not (rollback or forward):
        raise NotNow(sentences.ONLY_BACK)
    command = Command(load(), Console(), named(projection))
    if rollback or forward:
        work = command.roll_back(forward=forward, however_far=however_far)
        raise typer.Exit(run_in_foreground(work))
    if drop:
        raise typer.Exit(run_in_foreground(command.drop()))
    raise typer.Exit(run_in_foreground(command.build(accept=accept_differences, lost=log_was_lost)))


@dataclass(frozen=True, slots=True)
class Command:
    """The command for one projection; each method says first what it will do, and returns the exit status."""

    settings: Settings
    console: Console
    of: Followed

    async def build(self, *, accept: bool = False, lost: bool = False) -> int:
        """Build, compare and switch; 1 where the two differ and that is not to be accepted.

        Raises:
            NotNow: as things are it cannot be done; the sentence says what to do first.
            Unavailable: a server does not answer.
        """
        telling = Telling(self.console, self.of.service)
        async with store(self.settings) as client:
            with refusals(self.of.name):
                work = self._rebuild(client, telling)
                await self._begin(work, lost=lost)
                known = await work.known()
                with telling:
                    found = await work.run(accept=accept)
        generations = {"old": known.current, "new": known.building}
        if found is not None:
            self._say(sentences.COMPARED, documents=found.documents, fields=found.fields)
            if found.fields:
                self.console.print(differences(found, old=known.current, new=known.building))
            if found.fields and not accept:
                self._say(sentences.DIFFER, **generations)
                return 1
        self._say(sentences.SWITCHED, **generations)
        return 0

    async def _begin(self, work: Rebuild[Any, Any], *, lost: bool) -> None:
        known = await work.known()
        if known.building is not None:
            if known.editions.get(known.building) != known.editions.get(known.current):
                raise self._refusal(sentences.GROWS)
            self._say(sentences.GOES_ON, old=known.current, new=known.building)
            return
        if known.previous is not None:
            raise self._refusal(sentences.STILL_FED, previous=known.previous)
        try:
            await work.way(await work.current()).whole()
        except Stopped as why:
            sentence = sentences.NO_BEGINNING if why.name == "log-gap" else sentences.LOG_UNFIT
            raise self._refusal(sentence, reason=why.name, why=why) from None
        other = await work.log_lost()
        if other is not None and not lost:
            raise self._refusal(sentences.OTHER_LOG, why=other)
        if other is None and lost:
            raise self._refusal(sentences.SAME_LOG)
        said = sentences.LOST if lost else sentences.BUILD
        self._say(said, old=known.current, new=known.last + 1, why=other, service=self.of.service)
        await work.begin(lost=lost)

    async def roll_back(self, *, forward: bool = False, however_far: bool = False) -> int:
        """Read the generation again that was read before the last switch; ``forward`` takes that back.

        Raises:
            NotNow: none is fed any more, or it is far behind and is not to be read ``however_far`` that is.
            Unavailable: a server does not answer.
        """
        async with store(self.settings) as client:
            work = self._rebuild(client)
            known = await work.known()
            if known.previous is None:
                raise self._refusal(sentences.NO_WAY_BACK, old=known.current)
            if forward != known.went_back:
                option = "--rollback" if forward else "--forward"
                self._say(sentences.READ_ALREADY, old=known.current, new=known.previous, option=option)
                return 0
            self._say(sentences.BACK, old=known.current, new=known.previous)
            with refusals(self.of.name):
                behind = await work.go_over(known, most=None if however_far else MOST_BEHIND)
            self._say(sentences.WENT_BACK, old=known.current, new=known.previous, behind=behind)
        return 0

    async def drop(self) -> int:
        """End every generation that is not read, and delete its collections.

        Raises:
            NotNow: somebody else changed the generations at this moment.
            Unavailable: a server does not answer.
        """
        async with store(self.settings) as client:
            work = self._rebuild(client)
            known = await work.known()
            others = ", ".join(map(str, sorted(known.live.keys() - {known.current}))) or "there is none"
            self._say(sentences.DROP, old=known.current, others=others)
            with refusals(self.of.name):
                gone = await work.drop()
            for name in gone:
                self._say("deleted {collection}", collection=name)
            if not gone:
                self._say(sentences.NOTHING_TO_DROP)
        return 0

    def _rebuild(self, client: Client, telling: Telling | None = None) -> Rebuild[Any, Any]:
        database = self.of.database(self.settings, client)
        where = self.settings, client, database, self.of.projection
        return Rebuild(*where, told=telling.step) if telling else Rebuild(*where)

    def _refusal(self, sentence: str, **said: object) -> NotNow:
        return NotNow(sentence.format(name=self.of.name, **said))

    def _say(self, sentence: str, **said: object) -> None:
        text = sentence.format(name=self.of.name, **said)
        self.console.print(text, soft_wrap=True, highlight=False, markup=False)
