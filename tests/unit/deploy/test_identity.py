"""Development tokens open this machine's services and nothing else."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy import identity
from deploy.local.errors import Unavailable
from shared.auth import Unauthorised, Verifier
from shared.events.base import Role
from shared.events.rules import Actor
from shared.settings import Settings

MOTORS = "91330503MA2B123456"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


async def test_a_token_makes_its_bearer_who_it_says(settings: Settings) -> None:
    token = identity.mint(settings, Role.MANAGER, "ann", enterprises=[MOTORS], areas=["330503"])

    assert await Verifier(settings).verify(token) == Actor("ann", Role.MANAGER, (MOTORS,), ("330503",))


async def test_partners_and_inspectors_carry_their_own_claims(settings: Settings) -> None:
    verifier = Verifier(settings)
    partner = identity.mint(settings, Role.PARTNER, "p", partner="amfori-bsci")
    inspector = identity.mint(settings, Role.INSPECTOR, "i", areas=["3305"], capacity="advisory")

    assert (await verifier.verify(partner)).partner == "amfori-bsci"
    assert (await verifier.verify(inspector)).capacity == "advisory"


async def test_a_token_ends(settings: Settings) -> None:
    token = identity.mint(settings, Role.OPERATOR, "o", ttl=timedelta(hours=-1))

    with pytest.raises(Unauthorised, match="expired"):
        await Verifier(settings).verify(token)


async def test_the_key_outlives_a_restart(settings: Settings) -> None:
    before = identity.mint(settings, Role.OPERATOR, "o")
    identity.prepare(settings)

    assert await Verifier(settings).verify(before)


def test_nobody_else_reads_the_key_and_only_its_public_half_is_published(settings: Settings) -> None:
    identity.prepare(settings)

    key = settings.data / "development-key.json"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert '"d"' in key.read_text(encoding="utf-8")
    assert '"d"' not in (settings.data / "jwks.json").read_text(encoding="utf-8")


def test_a_claim_that_the_services_would_refuse_is_refused_at_once(settings: Settings) -> None:
    with pytest.raises(ValidationError):
        identity.mint(settings, Role.MANAGER, "ann", enterprises=["not a USCC"])


def test_no_token_is_made_for_another_issuers_keys(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, jwks="https://id.example/jwks", issuer="id.example", audience="nanxun")

    with pytest.raises(Unavailable, match="NANXUN_JWKS is set"):
        identity.mint(settings, Role.OPERATOR, "o")
