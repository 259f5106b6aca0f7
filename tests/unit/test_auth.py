"""Tokens are remembered no longer than they are good, and keys are asked for no more often than needed."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey, KeySet

from shared import jwks
from shared.auth import LEEWAY_SECONDS, Unauthorised, Verifier
from shared.errors import Unavailable
from shared.jwks import Keys, UnusableKeys, usable
from shared.settings import Settings
from tests.unit.http.sample import Keys as Issuer


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "jwks.json")


async def test_a_remembered_token_expires_all_the_same(issuer: Issuer) -> None:
    at = 1_000.0
    verifier = Verifier(Settings(data=issuer.file.parent), clock=lambda: at)
    token = issuer.token(exp=2_000)
    assert (await verifier.verify(token)).id == "ann"

    at = 2_000.0 + LEEWAY_SECONDS - 1
    assert (await verifier.verify(token)).id == "ann"

    at = 2_000.0 + LEEWAY_SECONDS
    with pytest.raises(Unauthorised, match="expired"):
        await verifier.verify(token)


async def test_a_token_of_tomorrow_is_not_good_today(issuer: Issuer) -> None:
    verifier = Verifier(Settings(data=issuer.file.parent), clock=lambda: 1_000.0)

    assert (await verifier.verify(issuer.token(nbf=1_000 + LEEWAY_SECONDS))).id == "ann"
    with pytest.raises(Unauthorised):
        await verifier.verify(issuer.token(nbf=1_001 + LEEWAY_SECONDS))


async def test_an_area_is_written_in_the_digits_of_its_code_list(issuer: Issuer) -> None:
    verifier = Verifier(Settings(data=issuer.file.parent))

    assert (await verifier.verify(issuer.token(areas=["330503"]))).id == "ann"
    with pytest.raises(Unauthorised):
        await verifier.verify(issuer.token(areas=["\N{ARABIC-INDIC DIGIT THREE}" * 6]))


async def test_what_is_remembered_is_bounded(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.auth.MOST_REMEMBERED", 3)
    verifier = Verifier(Settings(data=issuer.file.parent))
    for account in range(9):
        await verifier.verify(issuer.token(sub=f"account-{account}"))

    assert len(verifier._good) == 3


async def test_a_withdrawn_key_takes_its_tokens_with_it(issuer: Issuer) -> None:
    verifier = Verifier(Settings(data=issuer.file.parent))
    token = issuer.token()
    await verifier.verify(token)
    issuer.publish(ECKey.generate_key("P-256", {"kid": "new"}))
    verifier.keys._looked = -jwks.STALE_SECONDS  # as after a second

    with pytest.raises(Unauthorised, match="not known"):
        await verifier.verify(token)


@pytest.mark.parametrize(
    "header",
    [
        *(7, None, [], "x", {"alg": 0}, b"[" * 9_000, b'{"a":' * 1_500, b"\xff", b""),
        *({"alg": alg} for alg in (None, 7, ["ES256"], "ES512", "RS256", "Ed25519", "EdDSA", "dir")),
        *({"kid": kid} for kid in (7, None, ["one"], "one\x00")),
        {"crit": 7},
        {"crit": ["b64"]},
        {"crit": [7]},
        {"crit": {}},
        {"crit": ["b64"], "b64": False},
        {"typ": 7, "jwk": {}, "x5c": 7, "jku": 7},
    ],
    ids=lambda header: str(header)[:30],
)
async def test_a_header_by_a_stranger_is_a_refusal_and_never_a_bug(issuer: Issuer, header: Any) -> None:
    verifier = Verifier(Settings(data=issuer.file.parent))
    whole = {"alg": "ES256", "kid": "one", **header} if isinstance(header, dict) else header
    written = whole if isinstance(whole, bytes) else orjson.dumps(whole)
    _, payload, signature = issuer.token().split(".")

    for mark in (signature, "", "eA", "!!"):
        with pytest.raises(Unauthorised):
            await verifier.verify(f"{urlsafe_b64encode(written).decode().rstrip('=')}.{payload}.{mark}")


@pytest.mark.parametrize("token", ["", ".", "..", "...", "a.b.c.d.e", "é.é.é", "\x00"])
async def test_what_is_no_token_is_refused(issuer: Issuer, token: str) -> None:
    with pytest.raises(Unauthorised):
        await Verifier(Settings(data=issuer.file.parent)).verify(token)


@pytest.mark.parametrize(
    "read", [b"", b"{}", b"[]", b'{"keys": []}', b'{"keys": [7]}', b'{"keys": [{"kty": "EC"}]}']
)
def test_what_is_not_a_key_set_is_not_used(read: bytes) -> None:
    with pytest.raises(UnusableKeys):
        usable(read)


def test_shared_secrets_and_keys_for_other_uses_are_left_out() -> None:
    sign, encrypt = (ECKey.generate_key("P-256", {"kid": use, "use": use}) for use in ("sig", "enc"))
    document = KeySet([sign, encrypt]).as_dict(private=False)
    document["keys"].append({"kty": "oct", "k": "c2VjcmV0", "kid": "secret"})

    assert set(usable(orjson.dumps(document))) == {"sig", None}


class Login:
    """An issuer's key page on this machine that counts how often it is read."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.read = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Give the address while the block runs."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.read += 1
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self.answer)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + self.answer)
        await writer.drain()
        writer.close()


async def test_keys_at_an_address_are_read_once_for_many_at_a_time(issuer: Issuer) -> None:
    login = Login(issuer.file.read_bytes())
    async with login.serving() as address:
        keys = Keys(address)
        found = await asyncio.gather(*(keys.find("one") for _ in range(20)))

    assert all(key is not None for key in found)
    assert login.read == 1


async def test_a_key_that_nobody_has_is_asked_for_once_in_thirty_seconds(issuer: Issuer) -> None:
    login = Login(issuer.file.read_bytes())
    async with login.serving() as address:
        keys = Keys(address)
        assert await keys.find("one")
        for _ in range(10):
            assert await keys.find("nobody's") is None
        assert login.read == 1

        keys._asked -= jwks.REFRESH_SECONDS
        assert await keys.find("nobody's") is None
        assert await keys.find("nobody's") is None

    assert login.read == 2


async def test_keys_stay_known_while_their_address_is_away(issuer: Issuer) -> None:
    login = Login(issuer.file.read_bytes())
    async with login.serving() as address:
        keys = Keys(address)
        assert await keys.find("one")
    keys._asked -= jwks.STALE_SECONDS
    assert keys.due()
    await keys.refresh()

    assert await keys.find("one")
    assert not keys.due()


@pytest.mark.parametrize("answer", [b"<html>", b"x" * (jwks.LARGEST_SET + 1)])
async def test_an_address_without_keys_is_a_server_that_is_away(answer: bytes) -> None:
    async with Login(answer).serving() as address:
        with pytest.raises(Unavailable):
            await Keys(address).find("one")
