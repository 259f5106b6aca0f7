"""The copy of the register that a service keeps, and what it answers when a request names a place."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from shared import mongo
from shared.events.base import Fact, Recorded, Role, Site, Size
from shared.events.enterprises import (
    Enterprise,
    EnterpriseRegistered,
    RegisterStatus,
    SiteClosed,
    SiteEntry,
    SiteRegistered,
)
from shared.events.wire import encode
from shared.mongo import Database, Document
from shared.places import ClosedSite, Places, SeveralSites, UnknownSite, fold, places
from shared.projection.documents import CASES, case_id
from shared.projection.generation import current, generations
from shared.projection.rebuild import intent
from shared.settings import Settings
from tests.facts import ENTERPRISE, NOON, records, site
from tests.integration.projection.conftest import Stage
from tests.support import eventually

FIRST, SECOND = f"{ENTERPRISE}-1", f"{ENTERPRISE}-2"
LATER = NOON + timedelta(days=30)


def entry(n: int, status: RegisterStatus = RegisterStatus.ACTIVE) -> SiteEntry:
    return SiteEntry(id=f"{ENTERPRISE}-{n}", region=f"33050{n}", industry="C3812", status=status)


def register(*sites: SiteEntry) -> Enterprise:
    return Enterprise(
        id=ENTERPRISE,
        id_scheme="cn-uscc",
        country="CN",
        region="330503",
        industry="C3812",
        size=Size.SMALL,
        status=RegisterStatus.ACTIVE,
        sites=sites,
    )


def event(fact: Fact, sequence: int, at: datetime = NOON) -> Recorded[Fact]:
    return Recorded(fact, ENTERPRISE, sequence, at, at)


def registered(*sites: SiteEntry) -> Recorded[Fact]:
    return event(EnterpriseRegistered(by=Role.SERVICE, enterprise=register(*sites)), 1)


def opened(*sites: SiteEntry, sequence: int = 2) -> Recorded[Fact]:
    fact = SiteRegistered(by=Role.SERVICE, enterprise=register(*sites), site=sites[-1].id)
    return event(fact, sequence, LATER + timedelta(days=1))


def closed(*sites: SiteEntry, at: datetime = LATER) -> Recorded[Fact]:
    return event(SiteClosed(by=Role.SERVICE, enterprise=register(*sites), site=FIRST), 2, at)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    client = mongo.connect(settings.mongo)
    yield client[settings.database("hazards")]
    client.close()


async def knowing(database: Database, *events: Recorded[Fact]) -> Places:
    """The look-ups of a service whose copy has seen these events of one enterprise."""
    state: Document | None = None
    for seen in events:
        state = fold(state, seen).state
    generation = await current(database, "places")
    row = {"_id": case_id(ENTERPRISE, ENTERPRISE), "state": state}
    await generation.collection(CASES).insert_one(row)
    return Places(database)


async def test_a_site_is_known_as_every_event_of_its_case_will_carry_it(database: Database) -> None:
    known = await knowing(database, registered(entry(3)))

    by_site = await known.site(site=f"{ENTERPRISE}-3", enterprise=None, at=NOON)
    by_enterprise = await known.site(site=None, enterprise=ENTERPRISE, at=NOON)

    assert by_site == by_enterprise
    assert by_site == Site(
        id=f"{ENTERPRISE}-3",
        enterprise=ENTERPRISE,
        country="CN",
        region="330503",
        industry="C3812",
        size=Size.SMALL,
    )


async def test_a_copy_that_was_dropped_under_a_service_is_not_taken_for_one_that_knows_nothing(
    database: Database,
) -> None:
    known = await knowing(database, registered(entry(3)))
    before = await known.site(site=None, enterprise=ENTERPRISE, at=NOON)
    old = await current(database, "places")
    await intent.switch(database, "places", await intent.begin(database, "places"))
    await knowing(database, registered(entry(3)))
    await intent.end(database, "places", await generations(database, "places"))
    await old.collection(CASES).drop()

    assert await known.site(site=None, enterprise=ENTERPRISE, at=NOON) == before


async def test_with_several_sites_a_request_must_say_which(database: Database) -> None:
    known = await knowing(database, registered(entry(1)), opened(entry(1), entry(2)))

    with pytest.raises(SeveralSites) as refused:
        await known.site(site=None, enterprise=ENTERPRISE, at=NOON)

    assert refused.value.extra == {"sites": [FIRST, SECOND]}
    assert set(refused.value.reach) == {ENTERPRISE, "CN", "33", "3305", "330501", "330502"}
    assert (await known.site(site=SECOND, enterprise=ENTERPRISE, at=NOON)).region == "330502"


@pytest.mark.parametrize(
    ("site", "enterprise"),
    [
        (f"{ENTERPRISE}-9", None),
        ("91330503MA2B0ABC2X-1", None),
        (FIRST, "91330503MA2B0ABC2X"),
        (None, "91330503MA2B0ABC2X"),
        ("nowhere", None),
        (None, None),
    ],
)
async def test_what_the_copy_does_not_have_is_unknown(
    database: Database, site: str | None, enterprise: str | None
) -> None:
    known = await knowing(database, registered(entry(1)))

    with pytest.raises(UnknownSite) as refused:
        await known.site(site=site, enterprise=enterprise, at=NOON)

    assert refused.value.reach == ()


async def test_an_enterprise_without_sites_has_none_that_could_be_meant(database: Database) -> None:
    known = await knowing(database, registered())

    with pytest.raises(UnknownSite):
        await known.site(site=None, enterprise=ENTERPRISE, at=NOON)


async def test_a_closed_site_takes_only_what_happened_before(database: Database) -> None:
    known = await knowing(database, registered(entry(1)), closed(entry(1, RegisterStatus.CLOSED)))

    assert (await known.site(site=FIRST, enterprise=None, at=LATER - timedelta(seconds=1))).id == FIRST
    with pytest.raises(ClosedSite) as refused:
        await known.site(site=FIRST, enterprise=None, at=LATER)
    with pytest.raises(ClosedSite):
        await known.site(site=None, enterprise=ENTERPRISE, at=LATER)
    assert refused.value.reach == (ENTERPRISE, "CN", "33", "3305", "330501")


async def test_the_one_site_that_is_still_open_is_the_one_that_is_meant(database: Database) -> None:
    shut = entry(1, RegisterStatus.CLOSED)
    known = await knowing(database, registered(entry(1), entry(2)), closed(shut, entry(2)))

    assert (await known.site(site=None, enterprise=ENTERPRISE, at=LATER)).id == SECOND


async def test_a_site_that_works_again_takes_everything(database: Database) -> None:
    shut = closed(entry(1, RegisterStatus.CLOSED))
    known = await knowing(database, registered(entry(1)), shut, opened(entry(1), sequence=3))

    assert (await known.site(site=FIRST, enterprise=None, at=LATER)).id == FIRST


async def test_a_closing_that_is_told_again_does_not_move(database: Database) -> None:
    shut = entry(1, RegisterStatus.CLOSED)
    later = closed(shut, at=LATER + timedelta(days=9))
    known = await knowing(database, registered(entry(1)), closed(shut), later)

    with pytest.raises(ClosedSite):
        await known.site(site=FIRST, enterprise=None, at=LATER + timedelta(days=1))


async def test_the_copy_is_a_projection_of_the_register_and_of_the_cases_of_others(stage: Stage) -> None:
    stage.projection = places("hazards")
    known = Places(stage.database)
    with pytest.raises(UnknownSite):
        await known.site(site=FIRST, enterprise=None, at=NOON)
    await stage.send([encode(registered(entry(1))), *records("hz_1", 1)])

    async with stage.running():
        await eventually(lambda: known.holds(ENTERPRISE, "hz_1"))
        await eventually(lambda: known.holds(ENTERPRISE, ENTERPRISE))

    assert await known.site(site=FIRST, enterprise=None, at=NOON) == site().model_copy(
        update={"region": "330501"}
    )
    assert not await known.holds(ENTERPRISE, "hz_2")
    assert not await known.holds("91330503MA2B0ABC2X", "hz_1")
