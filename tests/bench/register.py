"""Enterprises of the nation that a service knows, and forms that their workers send."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from deploy.nation import counties, site
from shared.events.base import Recorded, Role, Site, Size
from shared.events.enterprises import Enterprise, EnterpriseRegistered, RegisterStatus, SiteEntry
from shared.events.rules import NATION
from tests.bench.client import compose

_LONG_AGO = datetime(2009, 3, 1, tzinfo=UTC)
_PATH = "/v1/suggestions"


def factories(count: int) -> list[Site]:
    """Return the sites of so many factories, each of the next county."""
    codes = counties()
    return [site(codes[n % len(codes)], "C", Size.SMALL, n // len(codes)) for n in range(count)]


def registered(sites: Iterable[Site]) -> Iterable[Recorded[EnterpriseRegistered]]:
    """Yield the first event of the enterprise of each site."""
    for place in sites:
        entry = Enterprise(
            id=place.enterprise,
            id_scheme="cn-uscc",
            country=NATION,
            region=place.region,
            industry=place.industry,
            size=place.size,
            employees=240,
            status=RegisterStatus.ACTIVE,
            sites=(
                SiteEntry(
                    id=place.id, region=place.region, industry=place.industry, status=RegisterStatus.ACTIVE
                ),
            ),
        )
        fact = EnterpriseRegistered(by=Role.OPERATOR, enterprise=entry)
        yield Recorded(fact, place.enterprise, 1, _LONG_AGO, _LONG_AGO)


def forms(sites: Sequence[Site], tokens: Mapping[str, Mapping[str, str]], count: int) -> list[bytes]:
    """Return requests that submit a suggestion each, of one site after the other."""
    return [form(place, tokens[place.enterprise]) for n in range(count) for place in (sites[n % len(sites)],)]


def form(place: Site, token: Mapping[str, str]) -> bytes:
    """Return the request that submits a suggestion of a worker of ``place``."""
    idea = {
        "site": place.id,
        "topic": "quality",
        "text": "夹具松动, 应换新的 / the clamp is loose" * 3,
        "place": "2 号车间",
    }
    return compose("POST", _PATH, {**token, "Idempotency-Key": secrets.token_hex(16)}, idea)
