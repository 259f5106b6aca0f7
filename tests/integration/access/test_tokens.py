"""A token that is missing, spent, forged or another's opens no route, and stores nothing."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from time import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.identity import prepare
from shared.settings import Settings
from tests.integration.access.routes import ROUTES, Route
from tests.integration.access.world import HERE, World, inside

HOUR = 3600


def claims(settings: Settings, role: str, **changed: Any) -> dict[str, Any]:
    """Return the claims of a good token; a claim that is None is left out."""
    good = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": "ann",
        "role": role,
        "enterprises": [HERE],
        "areas": ["CN"],
        "exp": int(time()) + HOUR,
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(settings: Settings, role: str, **changed: Any) -> str:
    key = prepare(settings)
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims(settings, role, **changed), key)


def forged(settings: Settings, role: str) -> str:
    """Signed by somebody else, under the name of our key."""
    stranger = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": prepare(settings).kid}, claims(settings, role), stranger)


def unsigned(settings: Settings, role: str) -> str:
    """Says of itself that it needs no signature."""
    return f"{encoded({'alg': 'none', 'kid': prepare(settings).kid})}.{encoded(claims(settings, role))}."


def shared_secret(settings: Settings, role: str) -> str:
    """Signed with the public key as if it were a secret that the issuer shares with us."""
    public = prepare(settings)
    said = f"{encoded({'alg': 'HS256', 'kid': public.kid})}.{encoded(claims(settings, role))}"
    mark = hmac.digest(public.as_pem(private=False), said.encode(), sha256)
    return f"{said}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def altered(settings: Settings, role: str) -> str:
    """A good token whose claims somebody has changed."""
    head, _, signature = signed(settings, "worker").split(".")
    return f"{head}.{encoded(claims(settings, role, sub='somebody else'))}.{signature}"


def encoded(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


TOKENS: dict[str, Callable[[Settings, str], str | None]] = {
    "none": lambda *_: None,
    "empty": lambda *_: "Bearer ",
    "no JWT": lambda *_: "Bearer let-me-in",
    "another scheme": lambda settings, role: f"Basic {signed(settings, role)}",
    "expired": lambda settings, role: f"Bearer {signed(settings, role, exp=int(time()) - HOUR)}",
    "without end": lambda settings, role: f"Bearer {signed(settings, role, exp=None)}",
    "without account": lambda settings, role: f"Bearer {signed(settings, role, sub=None)}",
    "of another issuer": lambda settings, role: f"Bearer {signed(settings, role, iss='elsewhere')}",
    "for another platform": lambda settings, role: f"Bearer {signed(settings, role, aud='elsewhere')}",
    "of no role of ours": lambda settings, _: f"Bearer {signed(settings, 'emperor')}",
    "forged": lambda settings, role: f"Bearer {forged(settings, role)}",
    "unsigned": lambda settings, role: f"Bearer {unsigned(settings, role)}",
    "signed with the public key": lambda settings, role: f"Bearer {shared_secret(settings, role)}",
    "altered": lambda settings, role: f"Bearer {altered(settings, role)}",
}


@pytest.fixture(scope="module")
def tokens(world: World) -> dict[tuple[str, str], str | None]:
    """Each bad token in each role, made once."""
    roles = {role for asked in ROUTES for role in asked.roles}
    return {(kind, role): make(world.settings, role) for kind, make in TOKENS.items() for role in roles}


async def test_a_token_made_here_is_good_but_for_what_a_test_changes(world: World) -> None:
    asked = next(asked for asked in ROUTES if asked.path == "/v1/hazards" and asked.method == "GET")
    who = {"Authorization": f"Bearer {signed(world.settings, 'worker')}"}

    assert (await world.send(asked, await world.stage(asked), who)).status_code == 200


@pytest.mark.parametrize("asked", ROUTES, ids=str)
async def test_no_route_opens_without_a_good_token(
    world: World, asked: Route, tokens: dict[tuple[str, str], str | None]
) -> None:
    role = min(asked.roles)
    stage = await world.stage(asked, role)
    before = await world.stored()

    for kind in TOKENS:
        token = tokens[kind, role]
        answer = await world.send(asked, stage, {"Authorization": token} if token else {})
        assert answer.status_code == 401, f"{kind}: {answer.text}"
        assert answer.json()["type"] == "/problems/unauthorised", kind
        assert answer.headers["www-authenticate"].startswith("Bearer"), kind

    assert await world.stored() == before
    # What was refused would have been served.
    good = world.who(role, inside(role, stage.subject or HERE) if asked.service == "enterprises" else None)
    assert (await world.send(asked, stage, good)).status_code in {200, 201}
