"""The nation that measurements are made on: the same from the same seed, and such as the register takes."""

from itertools import islice

import pytest

from deploy.nation import Register
from services.enterprises.bodies import EnterpriseRow
from services.enterprises.domain.codes import check
from shared.events.base import Size
from shared.events.rules import Moment
from tests.facts import NOON

COUNT = 30_000


@pytest.fixture(scope="module")
def rows() -> list[EnterpriseRow]:
    return [EnterpriseRow.model_validate(row) for row in Register(1, enterprises=COUNT).rows(0, COUNT + 9)]


def test_every_enterprise_is_one_that_the_register_takes(rows: list[EnterpriseRow]) -> None:
    for row in rows:
        check(row.region, row.industry, Moment(NOON, NOON), active_from=row.active_from)


def test_there_are_as_many_as_were_asked_for_and_no_two_are_the_same(rows: list[EnterpriseRow]) -> None:
    assert len({row.uscc for row in rows}) == len(rows) == COUNT


def test_every_section_and_every_size_has_some_and_most_are_micro(rows: list[EnterpriseRow]) -> None:
    sizes = [row.particulars().size().size for row in rows]

    assert {row.industry[0] for row in rows} == set("ABCDEFGHIJKLMNOPQRST")
    assert set(sizes) == {size.value for size in Size}
    assert sizes.count("micro") / COUNT == pytest.approx(0.84, abs=0.02)


def test_any_of_them_can_be_made_alone_so_that_a_run_goes_on_where_it_was() -> None:
    register = Register(1, enterprises=COUNT)

    assert list(register.rows(500, 520)) == list(islice(register.rows(0, COUNT), 500, 520))
    assert register.row(7) != Register(2, enterprises=COUNT).row(7)
