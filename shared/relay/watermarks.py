"""What the relays of a service say once a second: everything recorded before T is published (ADR 11)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from pymongo import ReturnDocument
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from shared.events.watermarks import NOTHING, PublishedBefore, encode
from shared.mongo import Database, Document
from shared.relay.waiting import LATEST, Oldest
from shared.sender import NotSent, Sender
from shared.settings import Settings
from shared.stream.store_clock import SETTING_BACK, STATEMENT, STATEMENTS

log = structlog.get_logger()

_EVERY_SECONDS = 1.0
_JUMP = timedelta(seconds=1)
# The relays' own reads are of what a majority has; a write on its way there must hold a statement back too.
_LOCAL = ReadConcern("local")


@dataclass(slots=True)
class Watermarks:
    """Says for one service how far back everything is published.

    Any relay's word is true for the whole service, since it looks at all slots of all streams.

    Attributes:
        settings: where Kafka is.
        database: the service's own.
        service: who says it.
        kinds: its streams, which are its topics.
    """

    settings: Settings
    database: Database
    service: str
    kinds: tuple[str, ...]
    _horizon: datetime | None = None
    # Since when at least whatever comes to wait after the next look does; None: that is not known.
    _floor: datetime | None = None
    _epoch: int = 0
    _stated_last: int = 0
    _clock: datetime | None = None
    _setting_back: bool = False
    _sender: Sender = field(init=False)
    _streams: list[Oldest] = field(init=False)

    def __post_init__(self) -> None:
        self._sender = Sender(self.settings)
        looks = [self.database[kind].with_options(read_concern=_LOCAL) for kind in self.kinds]
        self._streams = [Oldest(look) for look in looks]

    async def run(self, mine: Callable[[], bool]) -> None:
        """Say it while it is ours to say, until cancelled; silence is what tells others that we are stuck."""
        try:
            while True:
                try:
                    if mine():
                        await self.say()
                except (NotSent, PyMongoError) as error:
                    log.warning("watermark-waits", service=self.service, error=type(error).__name__)
                await asyncio.sleep(_EVERY_SECONDS)
        finally:
            await self._sender.close()

    async def say(self) -> None:
        """Look once, and say what is true by then.

        Raises:
            NotSent: Kafka did not take it.
            PyMongoError: the store did not answer.
        """
        known, last, setting_back = self._horizon, self._stated_last, self._setting_back
        oldest = await self._oldest()
        # What comes after this look was not stored when that was stated, and so is no older.
        self._floor = known
        stated = await self._stated()
        self._horizon, self._stated_last = stated["horizon"], stated["sequence"]
        self._setting_back = bool(stated.get(SETTING_BACK))
        self._looked_at(stated["at"])
        # A case that is still to be set back looks published; the last ones may have been since the look.
        unsure = setting_back or self._setting_back
        was_set_back, self._epoch = stated.get("epoch", 0) != self._epoch, stated.get("epoch", 0)
        if unsure or was_set_back or stated["at"] - LATEST < stated["horizon"]:
            # What comes now may wait since any time.
            self._floor = None
        if known is None or stated["sequence"] != last + 1 or (was_set_back and not unsure):
            # The time was taken after the look; only the next look is after it. And where another relay spoke
            # meanwhile, it said more than what is known here: to say less would take back its word. What was
            # set back since the look before, all of it, this look may have passed over.
            return
        said = PublishedBefore(
            service=self.service,
            sequence=stated["sequence"],
            topics=self.kinds,
            before=NOTHING if unsure else min(known, *oldest) if oldest else known,
            epoch=stated.get("anew", 0),
        )
        await self._sender.send([encode(said)])

    async def _oldest(self) -> list[datetime]:
        """Since when the longest waiting of each stream has waited."""
        return [oldest for stream in self._streams if (oldest := await stream.look(self._floor))]

    async def _stated(self) -> Document:
        """Write down, by a majority, until when no command can come any more; it never moves back.

        The write proves that who answered was the primary: what an older one did not see came after.
        """
        no_later: Document = {"$subtract": ["$$NOW", LATEST // timedelta(milliseconds=1)]}
        step: Document = {
            "horizon": {"$max": ["$horizon", no_later]},
            "sequence": {"$add": [{"$ifNull": ["$sequence", 0]}, 1]},
            "at": "$$NOW",
        }
        stated: Document = await self.database[STATEMENTS].find_one_and_update(
            {"_id": STATEMENT}, [{"$set": step}], upsert=True, return_document=ReturnDocument.AFTER
        )
        return stated

    def _looked_at(self, clock: datetime) -> None:
        if self._clock is not None and self._clock - clock > _JUMP:
            seconds = (self._clock - clock).total_seconds()
            log.error("clock-jumped-back", of="store", service=self.service, seconds=round(seconds, 3))
        self._clock = clock
