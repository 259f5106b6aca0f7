"""Which editions of the log a service's relays are to feed, and which of its relays know it (ADR 18)."""

from dataclasses import dataclass

from shared.edition import Edition
from shared.mongo import Database, Document
from shared.settings import Settings
from shared.stream.store_clock import STATEMENT, STATEMENTS

EDITIONS = "editions"
PAUSE = "pause"
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
    return stated_in(await database[STATEMENTS].find_one({"_id": STATEMENT}), settings)


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
    asked = [{"$set": {PAUSE: {"until": until, "token": {"$literal": token}}}}]
    await database[STATEMENTS].update_one({"_id": STATEMENT}, asked, upsert=True)


async def resume(database: Database) -> None:
    """Have a service's relays go on."""
    await database[STATEMENTS].update_one({"_id": STATEMENT}, {"$unset": {PAUSE: ""}})


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


def stated_in(stated: Document | None, settings: Settings) -> tuple[Fed, ...]:
    """Return the editions that a service's statement names."""
    rows = (stated or {}).get(EDITIONS)
    return tuple(map(Fed.read, rows)) if rows else (Fed(Edition(1, settings.partitions)),)
