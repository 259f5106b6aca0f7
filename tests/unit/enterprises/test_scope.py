"""Who reaches which enterprise: of an account's claims only those count that its role has."""

import pytest

from services.enterprises.domain import reaches
from shared.events.base import Role
from shared.events.rules import Actor
from tests.unit.enterprises.given import USCC, given, registering, setting

CASE = given(registering(), setting(2))  # seated in 330503, with a site in 330502
PEOPLE = {Role.WORKER, Role.TEAM, Role.MANAGER}
AUTHORITIES = {Role.INSPECTOR, Role.AUTHORITY}


@pytest.mark.parametrize("role", Role)
def test_an_enterprise_claim_counts_for_its_people_and_for_services(role: Role) -> None:
    reached = {*PEOPLE, Role.SERVICE, Role.OPERATOR}

    assert reaches(Actor("ann", role, enterprises=(USCC,)), CASE) == (role in reached)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("area", ["CN", "33", "3305", "330503", "330502"])
def test_an_area_counts_for_authorities_and_services_wherever_the_enterprise_works(
    role: Role, area: str
) -> None:
    reached = {*AUTHORITIES, Role.SERVICE, Role.OPERATOR}

    assert reaches(Actor("bo", role, areas=(area,)), CASE) == (role in reached)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR}))
def test_nobody_but_the_registrar_reaches_what_is_not_theirs(role: Role) -> None:
    elsewhere = Actor("chen", role, enterprises=("92330503MA28NANX1T",), areas=("330521", ""))

    assert not reaches(elsewhere, CASE)
    assert not reaches(Actor("dong", role), CASE)
