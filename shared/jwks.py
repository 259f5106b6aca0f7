"""The public keys that tokens are checked against: a JSON Web Key Set from a file or a URL, kept fresh."""

import asyncio
from pathlib import Path
from time import monotonic

import httpx2
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from structlog import get_logger

from shared.errors import Unavailable

log = get_logger()

# A key that nobody has must not make us ask for it with every request.
REFRESH_SECONDS = 30.0
# A withdrawn key is noticed at the latest after this time, with a URL; a file is looked at every second.
STALE_SECONDS = 600.0
LOOK_SECONDS = 1.0
TIMEOUT_SECONDS = 3.0
# Far above any real set; an answer without end would fill the memory.
LARGEST_SET = 1024 * 1024


class UnusableKeys(ValueError):  # noqa: N818 - named as what was read
    """What was read is not a JSON Web Key Set with a key that we know how to use."""


class Keys:
    """The keys of one source; ``generation`` grows with each change, and what was derived is dropped."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.generation = 0
        self._keys: dict[str | None, Key] = {}
        self._read: bytes = b""
        self._seen = 0  # the file's modification time, in ns
        self._looked = -STALE_SECONDS
        self._asked = -STALE_SECONDS
        self._reading = asyncio.Lock()

    @property
    def remote(self) -> bool:
        """Whether the set is fetched over HTTP."""
        return self.source.startswith(("https://", "http://"))

    def due(self) -> bool:
        """Whether the source should be looked at again, without a token having asked for it; cheap."""
        now = monotonic()
        if self.remote:
            return now - self._asked >= (STALE_SECONDS if self._keys else REFRESH_SECONDS)
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        return self._modified() != self._seen

    async def find(self, kid: str | None) -> Key | None:
        """Return the key of that name, reading the source again when it is not known.

        Raises:
            Unavailable: there are no keys at all and the source does not answer.
        """
        if kid not in self._keys and (self._reading.locked() or self._may_ask()):
            await self.refresh()
        if not self._keys:
            raise Unavailable("The keys that tokens are checked with cannot be read.", retry_after=5)
        return self._keys.get(kid)

    async def refresh(self) -> None:
        """Read the source; what cannot be read leaves the keys as they were."""
        if self._reading.locked():  # somebody is at it: what they find is ours too
            async with self._reading:
                return
        async with self._reading:
            self._asked = monotonic()
            try:
                self._take(await self._fetch() if self.remote else self._file())
            except (OSError, httpx2.HTTPError, UnusableKeys) as error:
                log.warning("keys-unreadable", error=type(error).__name__)

    def _may_ask(self) -> bool:
        if self.remote:
            return monotonic() - self._asked >= REFRESH_SECONDS
        return self._modified() != self._seen

    def _modified(self) -> int:
        try:
            return Path(self.source).stat().st_mtime_ns
        except OSError:
            return 0

    def _file(self) -> bytes:
        self._seen = self._modified()
        return Path(self.source).read_bytes()

    async def _fetch(self) -> bytes:
        async with (
            httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client,
            client.stream("GET", self.source) as answer,
        ):
            answer.raise_for_status()
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST_SET:
                    raise UnusableKeys("larger than a key set is")
            return body

    def _take(self, read: bytes) -> None:
        if read == self._read:
            return
        self._keys = usable(read)
        self._read = read
        self.generation += 1


def usable(read: bytes) -> dict[str | None, Key]:
    """Return the keys by their ids; a single one also for tokens that name none.

    Raises:
        UnusableKeys: it is not a key set, or holds no key for signatures.
    """
    try:
        document = orjson.loads(read)
        keys = [key for key in document["keys"] if key.get("kty") in {"EC", "RSA", "OKP"}]
        found = KeySet.import_key_set({"keys": [key for key in keys if key.get("use", "sig") == "sig"]})
    except (ValueError, TypeError, KeyError, AttributeError, JoseError) as error:
        raise UnusableKeys(type(error).__name__) from error
    by_id: dict[str | None, Key] = {key.kid: key for key in found.keys}
    if len(found.keys) == 1:
        by_id[None] = found.keys[0]
    return by_id
