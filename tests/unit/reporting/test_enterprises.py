"""An enterprise counts from the month in which it became active, whenever that is said."""

from datetime import UTC, date, datetime

import pytest

from shared.events import Recorded, Role, Size
from shared.events.enterprises import (
    AnyEnterpriseFact,
    Enterprise,
    EnterpriseClosed,
    EnterpriseRegistered,
    EnterpriseUpdated,
    RegisterStatus,
    SiteEntry,
)
from tests.unit.reporting.ledger import Event, Ledger

REGISTERED, UPDATED = datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC)
LONG_AGO = date(2009, 3, 1)


def entry(
    active_from: date | None, *, size: Size = Size.SMALL, status: RegisterStatus = RegisterStatus.ACTIVE
) -> Enterprise:
    return Enterprise(
        id="91330503MA2B0ABC1B",
        id_scheme="cn-uscc",
        country="CN",
        region="330503",
        industry="C",
        size=size,
        employees=None,
        active_from=active_from,
        status=status,
        sites=(SiteEntry(id="91330503MA2B0ABC1B-1", region="330503", industry="C", status=status),),
    )


def events(*facts: AnyEnterpriseFact) -> list[Event]:
    """The events of one enterprise: registered in March, all that follows in May."""
    at = [REGISTERED, *(UPDATED for _ in facts)]
    return [
        Recorded(fact, "91330503MA2B0ABC1B", number, when, when)
        for number, (fact, when) in enumerate(zip(facts, at, strict=False), 1)
    ]


def there(at: int, *facts: AnyEnterpriseFact, path: str = "t", known: int = 999912) -> int | None:
    ledger = Ledger()
    ledger.apply(events(*facts))
    return ledger.totals(at, at, path=path, known=known)["enterprises_registered"]


FIRST = EnterpriseRegistered(by=Role.SERVICE, enterprise=entry(None))


def said_later(size: Size = Size.SMALL) -> EnterpriseUpdated:
    return EnterpriseUpdated(by=Role.SERVICE, enterprise=entry(LONG_AGO, size=size))


@pytest.mark.parametrize(("at", "expected"), [(200902, 0), (200903, 1), (201604, 1), (202603, 1)])
def test_the_month_in_which_it_became_active_counts_however_late_it_is_said(at: int, expected: int) -> None:
    assert there(at, EnterpriseRegistered(by=Role.SERVICE, enterprise=entry(LONG_AGO))) == expected
    assert there(at, FIRST, said_later()) == expected


def test_what_was_known_before_it_was_said_stays_as_it_was() -> None:
    assert there(201604, FIRST, said_later(), known=202604) == 0
    assert there(202604, FIRST, said_later(), known=202604) == 1


def test_one_that_changes_its_class_at_once_stood_in_the_old_one_until_then() -> None:
    facts = (FIRST, said_later(size=Size.LARGE))

    assert [there(at, *facts, path="s.small") for at in (200903, 202604, 202605)] == [1, 1, 0]
    assert [there(at, *facts, path="s.large") for at in (200903, 202604, 202605)] == [0, 0, 1]


def test_a_month_that_is_taken_back_leaves_the_one_of_its_registration() -> None:
    early = EnterpriseRegistered(by=Role.SERVICE, enterprise=entry(LONG_AGO))
    taken_back = EnterpriseUpdated(by=Role.SERVICE, enterprise=entry(None))

    assert [there(at, early, taken_back) for at in (201604, 202603)] == [0, 1]


def test_one_that_has_moved_or_closed_stays_where_it_was_before() -> None:
    moved = EnterpriseUpdated(by=Role.SERVICE, enterprise=entry(None, size=Size.LARGE))
    closed = EnterpriseClosed(by=Role.SERVICE, enterprise=entry(None, status=RegisterStatus.CLOSED))

    assert there(201604, FIRST, moved, said_later(size=Size.LARGE)) == 0
    assert [there(at, FIRST, closed) for at in (202604, 202605)] == [1, 0]
