"""Whose business a hazard is."""

import pytest

from services.hazards.domain import may_see
from shared.events.base import Role
from shared.events.rules import Actor
from tests.unit.hazards.given import OTHER, USCC, reported

HERE, THERE = ("3305",), ("3306",)


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM, Role.MANAGER])
def test_an_enterprise_sees_its_own_hazards_and_no_others(role: Role) -> None:
    assert may_see(reported(), Actor("carl", role, (USCC,)))
    assert not may_see(reported(), Actor("carl", role, (OTHER,)))
    assert not may_see(reported(), Actor("carl", role, (), ("CN",)))


@pytest.mark.parametrize("areas", [("CN",), ("33",), ("3305",), ("330503",)])
def test_an_inspector_sees_in_the_area_what_they_reported_themselves(areas: tuple[str, ...]) -> None:
    inspector = Actor("ida", Role.INSPECTOR, (), areas)

    assert may_see(reported(by=inspector), inspector)
    assert not may_see(reported(), inspector)


def test_an_inspector_who_has_gone_elsewhere_no_longer_sees_it() -> None:
    hazard = reported(by=Actor("ida", Role.INSPECTOR, (), HERE))

    assert not may_see(hazard, Actor("ida", Role.INSPECTOR, (), THERE))


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (Actor("s", Role.SERVICE, (USCC,)), True),
        (Actor("s", Role.SERVICE, (), HERE), True),
        (Actor("s", Role.SERVICE, (), ("CN",)), True),
        (Actor("s", Role.SERVICE, (OTHER,), THERE), False),
        (Actor("s", Role.SERVICE), False),
    ],
)
def test_a_service_sees_what_is_in_its_scope(actor: Actor, *, sees: bool) -> None:
    assert may_see(reported(), actor) is sees


@pytest.mark.parametrize("role", [Role.AUTHORITY, Role.PROTECTION, Role.PARTNER, Role.OPERATOR])
def test_other_roles_see_no_case_whatever_their_token_names(role: Role) -> None:
    assert not may_see(reported(), Actor("x", role, (USCC,), ("CN",)))
