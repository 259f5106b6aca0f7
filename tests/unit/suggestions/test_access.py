"""Whose business a case is."""

import pytest

from services.suggestions.domain.access import may_reach
from shared.events.base import Role
from shared.events.rules import Actor, NoSite, reach
from tests.facts import ENTERPRISE, site

HERE = reach(site())


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM, Role.MANAGER])
def test_people_reach_their_own_enterprise_and_no_area(role: Role) -> None:
    assert may_reach(Actor("a", role, enterprises=(ENTERPRISE,)), HERE)
    assert not may_reach(Actor("a", role, enterprises=("92330503MA28NANX1T",)), HERE)
    assert not may_reach(Actor("a", role, areas=("CN",)), HERE)


@pytest.mark.parametrize(("area", "reached"), [("CN", True), ("33", True), ("330503", True), ("3301", False)])
def test_an_authority_reaches_its_area(area: str, reached: bool) -> None:  # noqa: FBT001 - a table
    assert may_reach(Actor("a", Role.AUTHORITY, areas=(area,)), HERE) is reached
    assert not may_reach(Actor("a", Role.AUTHORITY, enterprises=(ENTERPRISE,)), HERE)


def test_an_import_reaches_what_it_was_given() -> None:
    assert may_reach(Actor("a", Role.SERVICE, enterprises=(ENTERPRISE,)), HERE)
    assert may_reach(Actor("a", Role.SERVICE, areas=("3305",)), HERE)
    assert not may_reach(Actor("a", Role.SERVICE), HERE)


@pytest.mark.parametrize(
    ("actor", "closed", "unknown"),
    [
        (Actor("a", Role.WORKER, enterprises=(ENTERPRISE,)), True, True),
        (Actor("a", Role.WORKER, enterprises=("92330503MA28NANX1T",), areas=("CN",)), False, False),
        (Actor("a", Role.SERVICE, areas=("3305",)), True, True),
        (Actor("a", Role.SERVICE, areas=("11",)), False, True),
        (Actor("a", Role.SERVICE, enterprises=("92330503MA28NANX1T",)), False, False),
    ],
)
def test_why_a_site_is_not_to_be_had_is_told_to_those_who_may_reach_it(
    actor: Actor,
    *,
    closed: bool,
    unknown: bool,
) -> None:
    assert may_reach(actor, NoSite("closed", reach=HERE).told_to(actor, ENTERPRISE)) is closed
    assert may_reach(actor, NoSite("not known").told_to(actor, ENTERPRISE)) is unknown


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.PROTECTION, Role.PARTNER, Role.OPERATOR])
def test_everybody_else_reaches_nothing_here(role: Role) -> None:
    assert not may_reach(Actor("a", role, enterprises=(ENTERPRISE,), areas=("CN",)), HERE)
