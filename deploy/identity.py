"""Tokens for development, signed by a key made on the spot whose public half lies where the services look."""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local.errors import Unavailable
from shared.auth import Claims
from shared.events.base import Role
from shared.settings import Settings

# A working day; a development token that outlives it is a token that somebody forgot.
LIFETIME = timedelta(hours=12)


def prepare(settings: Settings) -> ECKey:
    """Return the development key, made and published as ``jwks.json`` if there is none yet.

    Raises:
        Unavailable: NANXUN_JWKS names another issuer's keys, or the data directory cannot be written.
    """
    if not settings.development:
        raise Unavailable(
            "NANXUN_JWKS is set, so tokens come from its issuer: unset it to use development ones."
        )
    private = settings.data / "development-key.json"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        if not private.exists():
            made = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
            # Two commands may meet here; the key of the first is everybody's.
            with contextlib.suppress(FileExistsError), _draft(private, made.as_dict(private=True)) as draft:
                private.hardlink_to(draft)
        key = ECKey.import_key(json.loads(private.read_bytes()))
        with _draft(settings.development_keys, {"keys": [key.as_dict(private=False)]}) as draft:
            draft.replace(settings.development_keys)
    except OSError as error:
        raise Unavailable(
            f"{settings.data} cannot be written ({error.strerror}): point NANXUN_DATA elsewhere."
        ) from None
    return key


def mint(  # noqa: PLR0913 - the claims of a token
    settings: Settings,
    role: Role,
    sub: str,
    *,
    enterprises: Sequence[str] = (),
    areas: Sequence[str] = (),
    partner: str | None = None,
    capacity: str | None = None,
    ttl: timedelta = LIFETIME,
    key: ECKey | None = None,
) -> str:
    """Return a token of the development issuer, signed by ``key`` if it was prepared before.

    Raises:
        Unavailable: tokens come from another issuer.
        pydantic.ValidationError: a claim is not one that the services accept.
    """
    key = key or prepare(settings)
    claims = Claims.model_validate(
        {
            "sub": sub,
            "role": role,
            "enterprises": enterprises,
            "areas": areas,
            "partner": partner,
            "capacity": capacity,
        }
    )
    now = int(time.time())
    registered = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "iat": now,
        "exp": now + int(ttl.total_seconds()),
    }
    body = {**registered, **claims.model_dump(mode="json", exclude_none=True)}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, body, key)


@contextlib.contextmanager
def _draft(path: Path, content: object) -> Iterator[Path]:
    """Write beside ``path``, readable by nobody else from its first moment, so that it appears whole."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(json.dumps(content), encoding="utf-8")
        yield draft
    finally:
        draft.unlink(missing_ok=True)
