"""Who is calling: a bearer token (JWT, RFC 9068 in spirit) checked against the key set becomes an Actor."""

import warnings
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from time import time
from typing import Annotated, Any, Literal

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError, SecurityWarning
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.events.base import Role
from shared.events.rules import Actor
from shared.jwks import Keys
from shared.settings import Settings

# Signatures only, none that shares a secret with the issuer; EdDSA is the older name of Ed25519 (RFC 9864).
ALGORITHMS = ("ES256", "RS256", "Ed25519", "EdDSA")
# Two machines' clocks that are kept by NTP differ by far less.
LEEWAY_SECONDS = 30
# A token of a person with a thousand enterprises; headers of 16 KiB are refused by most proxies.
LONGEST_TOKEN = 16 * 1024
# About 10 MB when full. Checking an ES256 signature costs more than all the rest of a small request.
MOST_REMEMBERED = 10_000

# Strangers write headers that the library does not expect, such as {"crit": 7}; that is no bug of ours.
_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)

Uscc = Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")]
Area = Annotated[str, Field(pattern=r"^(CN|[0-9]{2}|[0-9]{4}|[0-9]{6})$")]


class Unauthorised(Exception):  # noqa: N818 - an answer, not a failure
    """The token is missing or not to be trusted; the sentence says why and repeats nothing of it."""


class Claims(BaseModel):
    """What a token says about its bearer; what else it carries is not looked at."""

    model_config = ConfigDict(extra="ignore")

    sub: str = Field(min_length=1, max_length=255)
    role: Role
    enterprises: tuple[Uscc, ...] = Field((), max_length=1000)
    areas: tuple[Area, ...] = Field((), max_length=1000)
    partner: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    capacity: Literal["advisory", "enforcement"] | None = None

    def actor(self) -> Actor:
        """Return the bearer as the rules know them."""
        return Actor(self.sub, self.role, self.enterprises, self.areas, self.partner, self.capacity)


class Verifier:
    """Checks tokens; one that was found good is remembered until it expires or the keys change."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time) -> None:
        self.keys = Keys(settings.jwks)
        self._clock = clock
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._good: OrderedDict[bytes, tuple[Actor, float]] = OrderedDict()
        self._generation = 0

    async def verify(self, token: str) -> Actor:
        """Return whose token it is.

        Raises:
            Unauthorised: malformed, expired, not for us, not signed by a known key, or of an unknown role.
            Unavailable: the keys cannot be had.
        """
        if self.keys.due():
            await self.keys.refresh()
        digest = sha256(token.encode()).digest()
        actor = self._remembered(digest)
        if actor is None:
            actor, until = await self._check(token)
            self._good[digest] = (actor, until)
            if len(self._good) > MOST_REMEMBERED:
                self._good.popitem(last=False)
        return actor

    def _remembered(self, digest: bytes) -> Actor | None:
        if self._generation != self.keys.generation:
            self._good.clear()
            self._generation = self.keys.generation
        found = self._good.get(digest)
        if found is None or found[1] <= self._clock():
            return None
        self._good.move_to_end(digest)
        return found[0]

    async def _check(self, token: str) -> tuple[Actor, float]:
        if len(token) > LONGEST_TOKEN:
            raise Unauthorised("The token is too long.")
        claims = await self._signed(token)
        try:
            self._claims.validate(claims)
            return Claims.model_validate(claims).actor(), float(claims["exp"]) + LEEWAY_SECONDS
        except ExpiredTokenError:
            raise Unauthorised("The token has expired.") from None
        except (JoseError, OverflowError):
            raise Unauthorised("The token is not for this platform, or not yet or no longer valid.") from None
        except ValidationError as error:
            claim = error.errors()[0]["loc"][0]
            raise Unauthorised(f"The token's claim '{claim}' is not one of ours.") from None

    async def _signed(self, token: str) -> dict[str, Any]:
        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
            key = await self.keys.find(kid if isinstance(kid, str) else None)
            if key is None:
                raise Unauthorised("The token is signed with a key that is not known here.")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SecurityWarning)  # the older name of an algorithm we allow
                return jwt.decode(token, key, algorithms=ALGORITHMS).claims
        except _MALFORMED:
            raise Unauthorised("The token is malformed, or its signature is not right.") from None
