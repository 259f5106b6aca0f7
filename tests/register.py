"""A register for tests of the services that follow it: real records on the topic, read by the projection."""

from datetime import UTC, datetime

from shared import mongo
from shared.events.base import Fact, Recorded, Role, Size
from shared.events.enterprises import (
    Enterprise,
    EnterpriseClosed,
    EnterpriseFact,
    EnterpriseRegistered,
    RegisterStatus,
    SiteEntry,
)
from shared.events.wire import encode
from shared.places import NAME, places
from shared.projection import Runtime
from shared.projection.documents import CASES, case_id
from shared.projection.generation import current
from shared.sender import Sender
from shared.settings import Settings
from shared.working import working
from tests.support import eventually

_LONG_AGO = datetime(2009, 3, 1, tzinfo=UTC)


def enterprise(uscc: str, *, region: str = "330503", sites: int = 1, closed: bool = False) -> Enterprise:
    """Return the register entry of an enterprise with so many sites."""
    status = RegisterStatus.CLOSED if closed else RegisterStatus.ACTIVE
    numbers = range(1, sites + 1)
    return Enterprise(
        id=uscc,
        id_scheme="cn-uscc",
        country="CN",
        region=region,
        industry="C3812",
        size=Size.SMALL,
        employees=240,
        status=status,
        sites=tuple(
            SiteEntry(id=f"{uscc}-{number}", region=region, industry="C3812", status=status)
            for number in numbers
        ),
    )


def registered(entry: Enterprise, *, at: datetime = _LONG_AGO) -> Recorded[EnterpriseFact]:
    """Return the first event of an enterprise."""
    return Recorded(EnterpriseRegistered(by=Role.OPERATOR, enterprise=entry), entry.id, 1, at, at)


def closed(entry: Enterprise, *, at: datetime) -> Recorded[EnterpriseFact]:
    """Return the second event of an enterprise: it closed at ``at``."""
    return Recorded(EnterpriseClosed(by=Role.OPERATOR, enterprise=entry), entry.id, 2, at, at)


async def known(settings: Settings, service: str, *events: Recorded[Fact], follows: str = "") -> None:
    """Publish the events, and return when ``service`` has them in its copy of the register.

    ``follows`` names the topics besides ``enterprises`` that the copy is of.
    """
    sender = Sender(settings)
    await sender.send([encode(event) for event in events])
    await sender.close()
    client = mongo.connect(settings.mongo, timeout_ms=mongo.PROJECTION_TIMEOUT_MS)
    database = client[settings.database(service)]

    async def has(event: Recorded[Fact]) -> bool:
        copy = (await current(database, NAME)).collection(CASES)
        row = await copy.find_one({"_id": case_id(event.fact.key, event.subject)})
        return row is not None and row["version"] >= event.sequence

    async def has_all() -> bool:
        return all([await has(event) for event in events])

    async with working(Runtime(settings, client, database, places(*follows.split())).run()):
        await eventually(has_all)
    client.close()
