"""Ids of cases: 128 bits, not ordered by time, and the same again for a repeated request."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from pymongo import ReturnDocument

from shared.mongo import Database, answering

_BITS = 128


def new_id(key: bytes, prefix: str, enterprise: str, command: str) -> str:
    """Return ``<prefix>_`` and 32 hexadecimal digits: a keyed hash of enterprise and Idempotency-Key.

    The same form sent twice, even days later and from another phone, meets the case that it made, and nobody
    can guess an id from a key they know.
    """
    message = f"{prefix}\x00{enterprise}\x00{command}".encode()
    return f"{prefix}_{hmac.digest(key, message, hashlib.sha256)[: _BITS // 8].hex()}"


@dataclass(slots=True)
class CaseIds:
    """Makes the ids of one service's cases under its secret key, which is read once for a process.

    Attributes:
        database: the service's own.
    """

    database: Database
    _key: bytes | None = None

    async def new(self, prefix: str, enterprise: str, command: str) -> str:
        """Return the id of the case that a command makes; a repeat of the command has the same.

        Raises:
            Unavailable: the store did not answer in time.
        """
        if self._key is None:
            with answering():
                self._key = await self._kept()
        return new_id(self._key, prefix, enterprise, command)

    async def _kept(self) -> bytes:
        """The key; it is made when the first case is, and kept with the data it names."""
        found = await self.database["keys"].find_one_and_update(
            {"_id": "case-ids"},
            {"$setOnInsert": {"key": secrets.token_bytes(32)}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return bytes(found["key"])
