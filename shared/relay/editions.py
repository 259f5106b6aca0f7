"""Which editions of the log a service's relays feed, and which of its relays know it (ADR 18)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog
from pymongo.errors import PyMongoError

from shared.edition import Edition
from shared.mongo import Database, Document
from shared.relay.rounds import Round
from shared.relay.waiting import SetBack
from shared.sender import Sender
from shared.settings import Settings
from shared.stream.store_clock import SETTING_BACK, STATEMENT, STATEMENTS

log = structlog.get_logger()

EDITIONS = "editions"
_PAUSE = "pause"
_LOOK_SECONDS = 1.0
# The server's clock, as leases are judged by.
_PRESENT: Document = {"kind": "relay", "$expr": {"$gte": ["$until", "$$NOW"]}}


@dataclass(frozen=True, slots=True)
class Fed:
    """An edition that relays send to.

    Attributes:
        whole: it has all that is marked as published; one that is being filled has not.
    """

    edition: Edition
    whole: bool = True

    @classmethod
    def read(cls, row: Document) -> "Fed":
        """Return what a document says."""
        return cls(Edition(row["number"], row["partitions"]), row["whole"])

    def document(self) -> Document:
        """Return it as it is stored."""
        return {"number": self.edition.number, "partitions": self.edition.partitions, "whole": self.whole}


async def fed(database: Database, settings: Settings) -> tuple[Fed, ...]:
    """Return the editions that a service's relays feed, oldest first; until another was begun, the first."""
    return _fed(await database[STATEMENTS].find_one({"_id": STATEMENT}), settings)


async def feed(database: Database, editions: tuple[Fed, ...], *, begins: bool = False) -> None:
    """Have a service's relays feed these editions, oldest first; they learn of it within seconds.

    One that ``begins`` is filled from the start, whatever was filled before it.
    """
    change: Document = {"$set": {EDITIONS: [one.document() for one in editions]}}
    if begins:
        change["$unset"] = {"filling": "", "filling_done": ""}
    await database[STATEMENTS].update_one({"_id": STATEMENT}, change, upsert=True)


async def pause(database: Database, seconds: float, token: str) -> None:
    """Have a service's relays send nothing for so long from now: whoever asks for it may die meanwhile.

    They answer with ``token``, by which this pause is told from the one before.
    """
    until: Document = {"$add": ["$$NOW", int(seconds * 1_000)]}
    asked = [{"$set": {_PAUSE: {"until": until, "token": {"$literal": token}}}}]
    await database[STATEMENTS].update_one({"_id": STATEMENT}, asked, upsert=True)


async def resume(database: Database) -> None:
    """Have a service's relays go on."""
    await database[STATEMENTS].update_one({"_id": STATEMENT}, {"$unset": {_PAUSE: ""}})


async def unaware(
    database: Database, kind: str, editions: tuple[Fed, ...], *, paused: str | None = None
) -> list[str]:
    """Return the relays of a stream, by instance, that run and have not said that they feed these editions.

    With ``paused``, the token of a pause: those that have not said that they stand still for it.
    """
    said: Document = {EDITIONS: [one.document() for one in editions]} | ({"paused": paused} if paused else {})
    leases = database[f"{kind}_leases"]
    found = await leases.find({**_PRESENT, "$nor": [said]}).to_list(None)
    return sorted(row["instance"] for row in found)


def _fed(stated: Document | None, settings: Settings) -> tuple[Fed, ...]:
    rows = (stated or {}).get(EDITIONS)
    return tuple(map(Fed.read, rows)) if rows else (Fed(Edition(1, settings.partitions)),)


@dataclass(slots=True)
class Editions:
    """What one relay knows of the editions that it is to feed.

    Attributes:
        settings: of the first edition.
        database: the service's own.
        known: oldest first; empty until it was read once.
        paused: for which pause it is to stand still.
        set_back: what was set back to unpublished last, and what is.
        clock: the store's, at the last look.
        clock_at: when that was, by a clock that never runs backwards.
    """

    settings: Settings
    database: Database
    known: tuple[Fed, ...] = ()
    paused: str | None = None
    set_back: SetBack = field(default_factory=SetBack)
    clock: datetime | None = None
    clock_at: float = 0.0
    _at_work: int = 0

    async def run(self) -> None:
        """Follow it until cancelled; what was known last holds while the store is away."""
        while True:
            try:
                await self._look()
            except PyMongoError as error:
                log.warning("editions-unknown", error=type(error).__name__)
            await asyncio.sleep(_LOOK_SECONDS)

    def go_on(self) -> bool:
        """Whether anything may be sent now."""
        return bool(self.known) and self.paused is None

    def now(self) -> datetime:
        """Return the time by the store's clock, as far as it is known; until then by this machine's."""
        if self.clock is None:
            return datetime.now(UTC)
        return self.clock + timedelta(seconds=monotonic() - self.clock_at)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Send while the block runs."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1

    def said(self) -> Document:
        """Return what this relay says of itself: whatever it reads from now on goes to these editions."""
        still = None if self._at_work else self.paused
        return {EDITIONS: [one.document() for one in self.known], "paused": still}

    async def _look(self) -> None:
        lasts: Document = {"$gt": [f"${_PAUSE}.until", "$$NOW"]}
        paused: Document = {"$cond": [lasts, f"${_PAUSE}.token", None]}
        look = [
            {"$match": {"_id": STATEMENT}},
            {"$project": {EDITIONS: 1, "epoch": 1, SETTING_BACK: 1, "paused": paused, "clock": "$$NOW"}},
        ]
        began = monotonic()
        rows = await self.database[STATEMENTS].aggregate(look).to_list(None)
        stated: Document = rows[0] if rows else {}
        self.known, self.paused = _fed(stated, self.settings), stated.get("paused")
        self.clock, self.clock_at = stated.get("clock"), began
        self.set_back = SetBack(stated.get("epoch", 0), bool(stated.get(SETTING_BACK)))


@dataclass(slots=True)
class Senders:
    """A sender for each edition.

    Attributes:
        settings: of the first edition.
    """

    settings: Settings
    _of: dict[Edition, Sender] = field(default_factory=dict)

    async def send(self, found: Round, editions: tuple[Fed, ...]) -> None:
        """Send to each edition what it lacks.

        Raises:
            NotSent: one of them did not take all.
        """
        for edition in self._of.keys() - {one.edition for one in editions}:
            await self._of.pop(edition).close()
        for one in editions:
            if lacking := found.records if one.whole else found.filling:
                await self._sender(one.edition).send(lacking)

    async def close(self) -> None:
        """Let go of every producer."""
        for sender in self._of.values():
            await sender.close()

    def _sender(self, edition: Edition) -> Sender:
        return self._of.setdefault(edition, Sender(self.settings.on(edition)))
