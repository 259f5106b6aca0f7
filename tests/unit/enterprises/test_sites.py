"""The sites of an enterprise."""

from dataclasses import replace

import pytest

from services.enterprises import domain
from services.enterprises.domain import LastSite, NoSuchSite, NotAccepted, OutOfScope
from shared.events.enterprises import RegisterStatus, SiteRegistered, SiteUpdated
from shared.events.rules import TooEarly, WrongState
from tests.unit.enterprises.given import (
    MOTORS,
    NANXUN,
    REGISTRAR,
    USCC,
    WORKSHOP,
    closing,
    given,
    moment,
    motors,
    registering,
    setting,
)

IN_NANXUN = replace(WORKSHOP, region="330503")


def test_the_next_number_enters_a_site_which_the_published_entry_then_has() -> None:
    case = given(registering())

    fact = domain.set_site(case, WORKSHOP, number=2, by=REGISTRAR, at=moment(hours=1))

    assert isinstance(fact, SiteRegistered)
    assert fact.site == f"{USCC}-2"
    assert [site.region for site in fact.enterprise.sites] == ["330503", "330502"]
    assert WORKSHOP.name not in fact.model_dump_json()


def test_a_number_that_would_leave_a_gap_is_refused_with_the_one_to_take() -> None:
    with pytest.raises(NotAccepted, match="cannot hold") as refused:
        domain.set_site(given(registering()), WORKSHOP, number=3, by=REGISTRAR, at=moment())

    assert refused.value.fields == (("n", "should be the next number, 2, or that of a site"),)


def test_the_only_site_follows_its_enterprise_until_it_is_described_itself() -> None:
    moved = motors(region="330521", employees=12, name="新名")

    follower = given(registering(), registering(moved)).sites[0]
    described = given(registering(), setting(1), registering(moved)).sites[0]

    assert (follower.particulars.region, follower.particulars.name) == ("330521", "新名")
    assert described.particulars == WORKSHOP


def test_the_first_of_two_sites_stays_where_it_is_when_the_enterprise_moves() -> None:
    case = given(registering(), setting(2), registering(motors(region="330521", name="新名")))

    assert [site.particulars.region for site in case.sites] == ["330503", "330502"]
    assert [site.particulars.name for site in case.sites] == [MOTORS.name, WORKSHOP.name]
    assert case.areas == ("33", "3305", "330502", "330503", "330521")


def test_a_site_described_again_is_updated_and_the_same_again_is_no_fact() -> None:
    case = given(registering(), setting(2))
    smaller = replace(WORKSHOP, employees=39)

    assert isinstance(domain.set_site(case, smaller, number=2, by=REGISTRAR, at=moment(hours=2)), SiteUpdated)
    assert domain.set_site(case, WORKSHOP, number=2, by=REGISTRAR, at=moment(hours=2)) is None


def test_a_closed_site_closes_alone_and_changes_no_more() -> None:
    case = given(registering(), setting(2), closing(2))

    assert case.status is RegisterStatus.ACTIVE
    assert [site.status for site in case.sites] == [RegisterStatus.ACTIVE, RegisterStatus.CLOSED]
    for step in (setting(2), closing(2)):
        with pytest.raises(WrongState):
            step[0](case, moment(hours=3))


def test_a_closed_site_stays_closed_since_then_when_its_enterprise_closes() -> None:
    case = given(registering(), setting(2), closing(2), closing())

    assert [site.closed_at for site in case.sites] == [
        moment(hours=3).occurred_at,
        moment(hours=2).occurred_at,
    ]


def test_the_last_open_site_closes_only_with_its_enterprise() -> None:
    with pytest.raises(LastSite):
        domain.close_site(given(registering()), number=1, by=REGISTRAR, at=moment(hours=1))
    with pytest.raises(LastSite):
        closing(1)[0](given(registering(), setting(2), closing(2)), moment(hours=4))


def test_a_site_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NoSuchSite):
        closing(2)[0](given(registering()), moment(hours=1))


def test_nothing_happens_to_a_site_before_it_was_registered() -> None:
    case = given(registering(), setting(2))

    for step in (setting(2, IN_NANXUN), closing(2)):
        with pytest.raises(TooEarly):
            step[0](case, moment(minutes=59))
    with pytest.raises(TooEarly):
        setting(3)[0](case, moment(minutes=-1))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [(replace(WORKSHOP, region="33"), "region"), (replace(WORKSHOP, industry="c"), "industry")],
)
def test_a_site_lies_in_a_county_and_has_a_trade(wrong: domain.SiteParticulars, field: str) -> None:
    with pytest.raises(NotAccepted) as refused:
        setting(2, wrong)[0](given(registering()), moment(hours=1))

    assert [name for name, _ in refused.value.fields] == [field]


def test_an_authority_enters_sites_in_its_own_area_only() -> None:
    case = given(registering())

    assert domain.set_site(case, IN_NANXUN, number=2, by=NANXUN, at=moment(hours=1))
    with pytest.raises(OutOfScope):
        domain.set_site(case, WORKSHOP, number=2, by=NANXUN, at=moment(hours=1))
