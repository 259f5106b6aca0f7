"""Nobody gets in without a good token, and nobody through a door that is not theirs."""

import hmac
import os
from base64 import urlsafe_b64encode
from typing import Any

import orjson
import pytest
from httpx2 import ASGITransport, AsyncClient
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from starlette.responses import Response

from shared.events.base import Role
from shared.http import OpenRoute, Router, allowed, policy
from shared.settings import Settings
from tests.unit.http.sample import USCC, Keys, sample_app

EXPIRED = 1_000_000_000


async def status(client: AsyncClient, token: str) -> int:
    answer = await client.get("/v1/hazards", headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert token not in answer.text
    return answer.status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YW5uOmFubg=="},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Bearer " + "x" * 20_000},
        {"Authorization": "Bearer é".encode("latin-1")},
    ],
)
async def test_without_a_token_there_is_nothing_to_see(client: AsyncClient, headers: dict[str, Any]) -> None:
    for path in ("/v1/hazards", "/v1/nothing"):
        answer = await client.get(path, headers=headers)

        assert answer.status_code == 401
        assert answer.json()["type"] == "/problems/unauthorised"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": EXPIRED},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": 4_102_444_000},
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "others"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"role": "king"},
        {"role": None},
        {"role": ["worker"]},
        {"enterprises": USCC},
        {"enterprises": [7]},
        {"enterprises": ["%"]},
        {"areas": ["3"]},
        {"areas": [""]},
        {"areas": ["330503; drop"]},
        {"capacity": "both"},
        {"partner": "../"},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_refused(
    client: AsyncClient, keys: Keys, claims: dict[str, Any]
) -> None:
    assert await status(client, keys.token(**{"role": "worker", **claims})) == 401


async def test_a_good_token_with_several_audiences_and_other_claims_is_taken(
    client: AsyncClient, keys: Keys
) -> None:
    assert await status(client, keys.token(aud=["others", "nanxun"], name="x", areas=["CN", "3305"])) == 200


async def test_a_signature_by_somebody_else_is_refused(client: AsyncClient, keys: Keys) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "one"})
    good = jwt.decode(keys.token(), keys.key).claims

    assert await status(client, jwt.encode({"alg": "ES256", "kid": "one"}, good, stranger)) == 401


async def test_a_token_cannot_choose_how_it_is_checked(client: AsyncClient, keys: Keys) -> None:
    payload = keys.token().split(".")[1]
    none = f"{_part({'alg': 'none', 'kid': 'one'})}.{payload}"
    shared = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{payload}"
    # The old trick: the public key, which everybody has, taken as the shared secret.
    mark = hmac.digest(keys.key.as_pem(private=False), shared.encode(), "sha256")

    assert await status(client, f"{none}.") == 401
    assert await status(client, f"{shared}.{urlsafe_b64encode(mark).decode().rstrip('=')}") == 401


def _part(header: dict[str, str]) -> str:
    return urlsafe_b64encode(orjson.dumps(header)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", RSAKey.generate_key(2048, {"kid": "two"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", {"kid": "two"})),
    ],
)
async def test_other_kinds_of_key_are_taken(keys: Keys, local: Settings, algorithm: str, key: Any) -> None:
    keys.publish(keys.key, key)
    claims = jwt.decode(keys.token(), keys.key).claims
    token = jwt.encode({"alg": algorithm, "kid": "two"}, claims, key, algorithms=[algorithm])

    async with AsyncClient(transport=ASGITransport(sample_app(local)), base_url="http://hazards") as client:
        assert await status(client, token) == 200


async def test_a_new_key_is_known_without_a_restart(client: AsyncClient, keys: Keys) -> None:
    assert await status(client, keys.token()) == 200
    claims = jwt.decode(keys.token(), keys.key).claims
    new = ECKey.generate_key("P-256", {"kid": "new"})
    token = jwt.encode({"alg": "ES256", "kid": "new"}, claims, new)

    assert await status(client, token) == 401
    keys.publish(keys.key, new)
    os.utime(keys.file, ns=(1, 1))

    assert await status(client, token) == 200


async def test_without_any_key_the_answer_is_503(client: AsyncClient, keys: Keys) -> None:
    token = keys.token()
    keys.file.unlink()

    assert await status(client, token) == 503


async def test_a_key_file_that_is_broken_leaves_the_keys_as_they_were(
    client: AsyncClient, keys: Keys
) -> None:
    assert await status(client, keys.token()) == 200
    keys.file.write_text('{"keys": 7}')

    assert await status(client, keys.token(header={"kid": "other"})) == 401
    assert await status(client, keys.token(sub="bao")) == 200


async def test_a_role_that_is_not_named_is_refused_and_told_which_are(
    client: AsyncClient, keys: Keys
) -> None:
    for role in Role:
        answer = await client.post("/v1/hazards/hz_1/resolve", json={}, headers=keys.bearer(role))

        assert answer.status_code == (200 if role in {Role.TEAM, Role.MANAGER} else 403)
        if answer.status_code == 403:
            assert answer.json()["type"] == "/problems/forbidden"
            assert answer.json()["roles"] == ["manager", "team"]


async def test_the_policy_says_who_may_call_what(local: Settings) -> None:
    table = policy(sample_app(local))

    assert table["POST", "/v1/hazards/{case}/resolve"] == {Role.TEAM, Role.MANAGER}
    assert table["POST", "/v1/hazards"] == {Role.WORKER, Role.SERVICE}
    assert len(table) == 6


async def test_a_service_with_an_open_route_does_not_start(local: Settings) -> None:
    router = Router(prefix="/v1/open")

    @router.get("")
    async def anybody() -> Response:
        return Response()

    with pytest.raises(OpenRoute, match="/v1/open"):
        sample_app(local, routers=[router])


async def test_a_gate_on_the_way_to_a_dependency_counts(local: Settings) -> None:
    router = Router(prefix="/v1/open")

    @router.get("", dependencies=[allowed(Role.WORKER, Role.TEAM), allowed(Role.TEAM)])
    async def some() -> Response:
        return Response()

    assert policy(sample_app(local, routers=[router])) == {("GET", "/v1/open"): {Role.TEAM}}
