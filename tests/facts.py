"""Small valid facts of any enterprise, for tests about what becomes of events, not about what they say."""

from datetime import UTC, date, datetime, timedelta

from shared.events.base import Fact, Recorded, Role, Site, Size
from shared.events.hazards import HazardAssigned, HazardReported, HazardStatus, Source
from shared.events.suggestions import SubmittedAs
from shared.events.wire import Record, encode

ENTERPRISE = "91330503MA2B0ABC1B"
NOON = datetime(2026, 3, 2, 12, 0, 0, 123_456, tzinfo=UTC)


def site(enterprise: str = ENTERPRISE) -> Site:
    """The first site of an enterprise."""
    return Site(
        id=f"{enterprise}-1",
        enterprise=enterprise,
        country="CN",
        region="330503",
        industry="C3812",
        size=Size.SMALL,
    )


def reported(enterprise: str = ENTERPRISE) -> HazardReported:
    """The first fact of a hazard."""
    return HazardReported(
        by=Role.WORKER,
        site=site(enterprise),
        before=None,
        after=HazardStatus.REPORTED,
        category=None,
        source=Source.WORKER,
        submitted_as=SubmittedAs.NAMED,
    )


def assigned(enterprise: str = ENTERPRISE) -> HazardAssigned:
    """A fact that can follow as often as a test likes."""
    return HazardAssigned(
        by=Role.MANAGER,
        site=site(enterprise),
        before=HazardStatus.ASSIGNED,
        after=HazardStatus.ASSIGNED,
        due=date(2026, 12, 1),
    )


def event(subject: str, sequence: int, enterprise: str = ENTERPRISE) -> Recorded[Fact]:
    """An event of a hazard: reported first, assigned ever after, a second apart."""
    fact = reported(enterprise) if sequence == 1 else assigned(enterprise)
    at = NOON + timedelta(seconds=sequence)
    return Recorded(fact, subject, sequence, at, at)


def records(subject: str, *sequences: int, enterprise: str = ENTERPRISE) -> list[Record]:
    """The Kafka records of a hazard's events, in the order asked for."""
    return [encode(event(subject, sequence, enterprise)) for sequence in sequences]
