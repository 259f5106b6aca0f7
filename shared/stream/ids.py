"""Ids of cases: 128 bits, not ordered by time, and the same again for a repeated request."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from pymongo import ReturnDocument

from shared.mongo import Database

_BITS = 128


@dataclass(frozen=True, slots=True)
class CaseIds:
    """Makes the ids of one service's cases under its secret key.

    The id is a keyed hash of enterprise and Idempotency-Key: the same form sent twice, even days later and
    from another phone, meets the case that it made, and nobody can guess an id from a key they know.
    """

    key: bytes

    def new(self, prefix: str, enterprise: str, command: str) -> str:
        """Return ``<prefix>_`` and 32 hexadecimal digits."""
        message = f"{prefix}\x00{enterprise}\x00{command}".encode()
        return f"{prefix}_{hmac.digest(self.key, message, hashlib.sha256)[: _BITS // 8].hex()}"


async def case_ids(database: Database) -> CaseIds:
    """Return the service's id maker; its key is made at the first start and kept with the data it names."""
    found = await database["keys"].find_one_and_update(
        {"_id": "case-ids"},
        {"$setOnInsert": {"key": secrets.token_bytes(32)}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return CaseIds(bytes(found["key"]))
