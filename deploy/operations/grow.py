"""``nanxun topics grow``: a new edition of the log with more partitions is filled, and switched to."""

from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy import reach
from deploy.operations import sentences
from deploy.operations.editions import heard, in_use, publishers
from deploy.operations.errors import NotNow
from deploy.operations.followed import followed
from deploy.operations.moving import Moving
from deploy.operations.telling import STILL_SECONDS, while_still
from shared.edition import Edition
from shared.events.topology import SERVICES
from shared.mongo import Client, Database
from shared.relay.editions import Fed, fed, feed
from shared.relay.republish import LogIncomplete, Run, Why, begin, last, sent, set_back, under_way
from shared.settings import Settings
from shared.topics import AGGREGATES, replicas, wrong

_WORDS = """\
The log gets a new edition, number {number}, with {partitions} partitions where it has {now}. Its topics are \
made beside those that there are; relays then send to both, and every stored event is sent to the new ones. \
Each projection builds a generation from them beside the one that is read; the two are compared while relays \
stand still for some seconds, and where they say the same the new one is read. Commands are taken all the \
while. Nothing is deleted. Interrupted, the same command goes on where it was."""
_GOES_ON = "Edition {number} with {partitions} partitions was begun before; this goes on where it was."
_DONE = """\
The log has {partitions} partitions, edition {number}, and relays feed no other: nothing is to be done. What \
an interrupted `nanxun topics drop` has left is deleted by giving it again."""
_THEN = """\
Every projection reads edition {number}. Relays still feed the one before, so that `nanxun rebuild \
<projection> --rollback` goes back. Once that is not wanted any more: `nanxun rebuild <projection> --drop` \
for each projection, and `nanxun topics drop`."""


@dataclass(frozen=True, slots=True)
class Growing:
    """The command; it looks at what is there, and does what is left.

    Attributes:
        settings: of the first edition.
        client: of MongoDB.
        console: where the operator reads.
    """

    settings: Settings
    client: Client
    console: Console

    async def run(self, partitions: int, *, accept: bool = False) -> int:
        """Grow to so many partitions; 1 where two generations differ and that is not to be ``accept``-ed.

        Raises:
            NotNow: as things are it cannot be done.
            Unavailable: a server does not answer.
        """
        await self._nothing_lost()
        known = await in_use(self.settings, self.client)
        if len(known) == 1 and known[0].number > 1 and known[0].partitions == partitions:
            self._say(_DONE.format(**known[0]._asdict()))
            return 0
        await self._as_said(known)
        edition = self._chosen(known, partitions)
        await reach.topics(self.settings.on(edition))
        for service, database in publishers(self.settings, self.client).items():
            await self._fill(service, database, edition)
        for one in followed():
            moving = Moving(self.settings, self.client, one, edition, self.console)
            if not await moving.run(accept=accept):
                return 1
        self._say(_THEN.format(number=edition.number))
        return 0

    async def _nothing_lost(self) -> None:
        for service, database in publishers(self.settings, self.client).items():
            for kind in SERVICES[service].publishes:
                if await under_way(database, kind):
                    raise _incomplete(kind)

    async def _as_said(self, known: list[Edition]) -> None:
        """See that the topics are what the settings say: what is filled beside them goes by those.

        With another number of partitions relays would take them for wrong, and send nothing any more.
        """
        for settings in map(self.settings.on, known):
            faults = await wrong(settings, AGGREGATES)
            if said := [fault.sentence for fault in faults if fault.what == "partitions"]:
                raise NotNow("\n".join(said))
            if (copies := await replicas(settings, AGGREGATES)) > settings.replication:
                raise NotNow(
                    f"the log has {copies} replicas, and NANXUN_REPLICATION says {settings.replication}: what"
                    f" is to take its place would have fewer; set NANXUN_REPLICATION={copies}."
                )

    def _chosen(self, known: list[Edition], partitions: int) -> Edition:
        newest = known[-1]
        if newest.number > 1 and newest.partitions == partitions:
            self._say(_GOES_ON.format(**newest._asdict()))
            return newest
        if len(known) > 1:
            raise NotNow(
                f"the log is growing to {newest.partitions} partitions: end that first, with"
                f" `nanxun topics grow --partitions {newest.partitions}` and `nanxun topics drop`."
            )
        if partitions <= newest.partitions:
            raise NotNow(f"the topics have {newest.partitions} partitions: say a larger number.")
        edition = Edition(newest.number + 1, partitions)
        self._say(_WORDS.format(**edition._asdict(), now=newest.partitions))
        return edition

    async def _fill(self, service: str, database: Database, edition: Edition) -> None:
        editions = await fed(database, self.settings)
        if all(one.edition != edition for one in editions):
            editions = (*editions, Fed(edition, whole=False))
            await feed(database, editions, begins=True)
        if editions[-1].whole:
            return
        await heard(service, database, editions)
        for kind in SERVICES[service].publishes:
            await self._fill_one(service, database, kind)
        await feed(database, (*editions[:-1], Fed(edition)))

    async def _fill_one(self, service: str, database: Database, kind: str) -> None:
        count = await database[kind].estimated_document_count()
        columns = (TextColumn(f"Filling {kind}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as progress:
            bar = progress.add_task("", total=count)
            still = sentences.STILL_UNSENT.format(kind=kind, service=service, seconds=STILL_SECONDS)
            async with while_still(progress.console, still, lambda: progress.tasks[bar].completed):
                if await last(database, kind, Why.FILL) is None:
                    run = await _begun(database, kind)
                    async for done in set_back(database, run):
                        progress.update(bar, completed=done)
                progress.update(bar, completed=count)
                await sent(database, kind)

    def _say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, highlight=False, markup=False)


async def _begun(database: Database, kind: str) -> Run:
    try:
        return await begin(database, kind, Why.FILL)
    except LogIncomplete as why:
        # Somebody began it since this command has looked.
        raise _incomplete(why.kind) from None


def _incomplete(kind: str) -> NotNow:
    return NotNow(
        f"{kind} is being published anew, and its log lacks what is still to be set back: end that first,"
        f" with `nanxun republish {kind}`."
    )
