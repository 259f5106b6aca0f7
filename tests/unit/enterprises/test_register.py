"""Entering an enterprise, changing it, closing it."""

from datetime import UTC, date, datetime

import pytest

from services.enterprises import domain
from services.enterprises.domain import NotAccepted, OutOfScope
from shared.events.base import Role, Size
from shared.events.enterprises import EnterpriseUpdated, RegisterStatus
from shared.events.rules import Moment, TooEarly, WrongState
from tests.unit.enterprises.given import (
    DALIAN,
    MANAGER,
    MOTORS,
    NANXUN,
    NOON,
    REGISTRAR,
    USCC,
    closing,
    entered,
    given,
    moment,
    motors,
    registering,
    setting,
)


def test_an_enterprise_enters_with_its_first_site_and_the_size_that_follows_from_its_figures() -> None:
    case = given(registering())

    assert case.size is Size.SMALL
    assert case.size_basis == ("employees", "revenue")
    assert [site.id for site in case.sites] == [f"{USCC}-1"]
    assert case.sites[0].particulars.name == MOTORS.name
    assert case.areas == ("33", "3305", "330503")


def test_a_fact_says_who_acted_in_which_role_and_which_lists_were_used() -> None:
    fact = entered(MOTORS, Moment(NOON, NOON, clock_skew=True))

    assert fact.by is Role.OPERATOR
    assert fact.clock_skew
    assert fact.code_lists == {"regions": "2023-06-30", "gb-4754": "2017", "miit-sizes": "2011"}


def test_names_and_money_are_never_part_of_a_fact() -> None:
    published = entered(motors(name_en="Motors", assets_cny=77_777_777)).model_dump_json()

    for secret in (MOTORS.name, "Motors", "120000000", "77777777"):
        assert secret not in published


def test_the_size_is_unknown_where_a_figure_is_missing_that_the_rule_needs() -> None:
    assert given(registering(motors(revenue_cny=None))).size is Size.UNKNOWN


def test_what_changes_nothing_is_no_fact() -> None:
    case = given(registering())

    again = domain.register(case, MOTORS, uscc=USCC, by=REGISTRAR, at=moment(days=-9))

    assert again is None


def test_a_change_carries_the_whole_entry_as_it_stands_afterwards() -> None:
    case = given(registering(), registering(motors(region="330502", employees=12)))

    assert (case.particulars.region, case.size) == ("330502", Size.MICRO)
    assert case.sites[0].particulars.region == "330502"
    assert case.registered_at == NOON


def test_a_new_name_alone_is_a_change_too() -> None:
    case = given(registering())

    fact = domain.register(case, motors(name="新名"), uscc=USCC, by=REGISTRAR, at=moment(hours=1))

    assert isinstance(fact, EnterpriseUpdated)
    assert given(registering(), registering(motors(name="新名"))).sites[0].particulars.name == "新名"


def test_a_change_before_the_registration_is_refused() -> None:
    case = given(registering())

    with pytest.raises(TooEarly):
        domain.register(case, motors(employees=1), uscc=USCC, by=REGISTRAR, at=moment(seconds=-1))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"region": "999999"}, "region"),
        ({"region": "3305"}, "region"),
        ({"region": "CN"}, "region"),
        ({"region": ""}, "region"),
        ({"industry": "Z38"}, "industry"),
        ({"industry": "C99"}, "industry"),
        ({"active_from": date(2026, 3, 3)}, "active_from"),
    ],
)
def test_what_no_enterprise_can_have_is_refused_by_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(NotAccepted) as refused:
        entered(motors(**wrong))

    assert [name for name, _ in refused.value.fields] == [field]


def test_every_field_at_fault_is_named_at_once() -> None:
    with pytest.raises(NotAccepted) as refused:
        entered(motors(region="999999", industry="Z"))

    assert [name for name, _ in refused.value.fields] == ["region", "industry"]


def test_an_enterprise_may_begin_today_as_shanghai_counts() -> None:
    night = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)

    assert entered(motors(active_from=date(2026, 3, 3)), Moment(night, night))


def test_a_county_that_was_retired_is_taken_for_an_enterprise_that_began_in_its_time() -> None:
    with pytest.raises(NotAccepted, match="cannot hold"):
        entered(motors(region="330103"))

    assert entered(motors(region="330103", active_from=date(2016, 3, 1))).enterprise.region == "330103"


def test_a_county_that_was_retired_is_taken_for_what_happened_in_its_time() -> None:
    in_2016 = Moment(datetime(2016, 3, 1, tzinfo=UTC), NOON)

    assert entered(motors(region="330103"), in_2016).enterprise.region == "330103"


def test_an_unlisted_county_is_taken_and_marked() -> None:
    case = given(registering(motors(region="330599")))

    assert case.unlisted == ("330599",)
    assert given(registering()).unlisted == ()


def test_a_closed_enterprise_is_closed_with_all_its_sites_and_changes_no_more() -> None:
    case = given(registering(), setting(2), closing())

    assert {case.status, *(site.status for site in case.sites)} == {RegisterStatus.CLOSED}
    assert case.closed_at == moment(hours=2).occurred_at
    for step in (registering(motors(employees=1)), setting(1), setting(3), closing(1), closing()):
        with pytest.raises(WrongState) as refused:
            step[0](case, moment(hours=3))
        assert refused.value.extra == {"state": "closed"}


def test_an_enterprise_does_not_close_before_its_newest_site_began() -> None:
    case = given(registering(), setting(2))

    with pytest.raises(TooEarly):
        domain.close(case, by=REGISTRAR, at=moment(minutes=30))


def test_a_closing_keeps_the_size_that_the_enterprise_was_given() -> None:
    case = given(registering())

    fact = domain.close(case, by=REGISTRAR, at=moment(hours=1))

    assert (fact.enterprise.size, fact.enterprise.status) == (Size.SMALL, RegisterStatus.CLOSED)


def test_a_manager_enters_the_own_enterprise_and_no_other() -> None:
    assert domain.register(None, MOTORS, uscc=USCC, by=MANAGER, at=moment())
    with pytest.raises(OutOfScope):
        domain.register(None, MOTORS, uscc="92330503MA28NANX1T", by=MANAGER, at=moment())


def test_an_authority_enters_what_lies_in_its_area() -> None:
    assert domain.register(None, MOTORS, uscc=USCC, by=NANXUN, at=moment())
    with pytest.raises(OutOfScope):
        domain.register(None, MOTORS, uscc=USCC, by=DALIAN, at=moment())


def test_an_authority_moves_nothing_out_of_or_into_its_area_alone() -> None:
    case = given(registering())

    with pytest.raises(OutOfScope):
        domain.register(case, motors(region="210211"), uscc=USCC, by=NANXUN, at=moment())
    with pytest.raises(OutOfScope):
        domain.register(case, motors(region="210211"), uscc=USCC, by=DALIAN, at=moment())
