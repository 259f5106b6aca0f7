"""One projection moves to another edition of the log: built from it, compared at a standstill, switched."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from pymongo.errors import PyMongoError
from rich.console import Console

from deploy.operations import sentences
from deploy.operations.editions import heard, publishers
from deploy.operations.errors import NotNow
from deploy.operations.followed import Followed
from deploy.operations.refusals import refusals
from deploy.operations.telling import Telling
from shared.edition import Edition
from shared.events.topology import SERVICES
from shared.mongo import Client, Database, Session
from shared.projection import alike
from shared.projection.generation import Generation, Generations, generations
from shared.projection.log import Stopped
from shared.projection.positions import POSITIONS
from shared.projection.rebuild import Step, intent
from shared.projection.rebuild.history import as_of_now
from shared.projection.rebuild.way import Way
from shared.relay.editions import fed, pause, resume
from shared.settings import Settings

# A command that dies leaves relays standing still for so long at most; one that goes on says so anew.
_PAUSE_SECONDS = 15.0
# So near that what is left is read while relays stand still.
_NEAR_SECONDS = 2.0
# Relays stand still no longer, whatever holds the projection up.
_MOST_PAUSED_SECONDS = 60.0
# A relay that had sent to one edition and not to the other when it stood still: the next comparison is right.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Moving:
    """The move of one projection; it looks at what is there, and does what is left.

    Attributes:
        settings: of the first edition.
        client: of MongoDB.
        of: the projection.
        edition: where it moves to.
        console: where the operator reads.
    """

    settings: Settings
    client: Client
    of: Followed
    edition: Edition
    console: Console

    async def run(self, *, accept: bool) -> bool:
        """Move it; False where the two generations differ, and that is not to be ``accept``-ed.

        Raises:
            NotNow: another rebuild of the projection is under way, somebody else changed its generations, one
                of them cannot go on, or MongoDB's history is too short to compare them.
            PyMongoError: MongoDB does not answer.
            KafkaError: Kafka does not answer.
        """
        with refusals(self.of.name):
            return await self._moved(accept=accept)

    async def _moved(self, *, accept: bool) -> bool:
        known = await self._begun()
        if known is None:
            self._say("reads the new edition already.")
            return True
        assert known.building is not None, "it was begun"
        where = self.of.database(self.settings, self.client), self.of.projection.name
        old, new = (known.generation(*where, number) for number in (known.current, known.building))
        self._say(f"building generation {new.number} from the new edition …")
        with Telling(self.console, self.of.service) as telling:
            await self._near(new, telling)
            found = await self._compared(old, new, telling)
        self._say(f"{found.compared:,} things compared without lanes, {found.differing:,} differ.")
        for sentence in found.shown:
            self._say(sentence)
        if found.differing and not accept:
            self._say("not switched; --accept-differences switches all the same.")
            return False
        await intent.switch(old.database, old.projection, known)
        self._say(f"generation {new.number} is read instead of {old.number}.")
        return True

    async def _begun(self) -> Generations | None:
        """Return the generations with the one that is built; None where the move is done."""
        database, name = self.of.database(self.settings, self.client), self.of.projection.name
        known = await generations(database, name)
        if known.editions.get(known.current) == self.edition:
            return None
        if known.building is None and known.previous is None:
            return await intent.begin(database, name, edition=self.edition)
        if known.building is None or known.editions.get(known.building) != self.edition:
            raise NotNow(
                f"{self.of.name} has another generation that is fed: end that first, with"
                f" `nanxun rebuild {self.of.name} --drop`."
            )
        return known

    async def _near(self, new: Generation, telling: Telling) -> None:
        """Wait until the new generation is so near to the end of its log that the rest takes a moment."""
        while True:
            began = time.monotonic()
            await self._at_the_end(new, Step.BUILD, telling)
            if time.monotonic() - began < _NEAR_SECONDS:
                return

    async def _compared(self, old: Generation, new: Generation, telling: Telling) -> alike.Likeness:
        """Compare the two at the ends of their logs, again where they differ.

        Raises:
            TooSlow: MongoDB's history is too short for the comparison.
        """

        async def look(session: Session) -> alike.Likeness:
            async with self._standstill():
                await self._read_at_the_end(old, telling)
                await self._at_the_end(new, Step.BUILD, telling)
                # The first read is what fixes the session's point in time.
                await old.collection(POSITIONS).find_one({}, session=session)
            return await alike.compare(self.of.projection, old, new, session)

        for _ in range(_TRIES):
            found = await as_of_now(self.client, look)
            if not found.differing:
                break
        return found

    @asynccontextmanager
    async def _standstill(self) -> AsyncIterator[None]:
        """Have the relays stand still of every service that the projection follows.

        Raises:
            NotNow: a relay does not say that it does, or the block takes too long.
        """
        followed = set(self.of.projection.topics)
        every = publishers(self.settings, self.client)
        these = {name: of for name, of in every.items() if followed & set(SERVICES[name].publishes)}
        token = secrets.token_hex(8)
        keeping = asyncio.create_task(_keep(list(these.values()), token))
        try:
            async with asyncio.timeout(_MOST_PAUSED_SECONDS):
                for service, database in these.items():
                    await heard(service, database, await fed(database, self.settings), paused=token)
                yield
        except TimeoutError:
            raise NotNow(
                f"{self.of.name} did not come to the end of its log while relays stood still: see that it"
                " runs, then give the same command again."
            ) from None
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])
            for database in these.values():
                await resume(database)

    async def _read_at_the_end(self, old: Generation, telling: Telling) -> None:
        """Wait for the generation that is read; what helps it is not what helps one that is built.

        Raises:
            NotNow: it cannot go on.
            Overtaken: somebody else has ended it.
        """
        try:
            await self._at_the_end(old, Step.FOLLOW, telling)
        except Stopped as why:
            said = {"name": self.of.name, "old": old.number, "reason": why.name, "why": why}
            raise NotNow(sentences.READ_CANNOT_GO_ON.format(**said)) from None

    async def _at_the_end(self, generation: Generation, step: Step, telling: Telling) -> None:
        """Wait until a generation has read all that its log has now.

        Raises:
            Stopped: its log lacks what it must read next.
            Overtaken: somebody else has ended it.
        """
        way = Way(generation.on(self.settings), self.of.projection.topics, telling.step)
        await way.come(generation, await way.ends(), step)

    def _say(self, text: str) -> None:
        self.console.print(f"{self.of.name}: {text}", soft_wrap=True, highlight=False, markup=False)


async def _keep(databases: list[Database], token: str) -> None:
    while True:
        for database in databases:
            # It holds three times as long: one that is not renewed at once may be renewed still.
            with suppress(PyMongoError, TimeoutError):
                async with asyncio.timeout(_PAUSE_SECONDS / 3):
                    await pause(database, _PAUSE_SECONDS, token)
        await asyncio.sleep(_PAUSE_SECONDS / 3)
