"""An operator names a projection by as little as tells it from the others."""

import pytest

from deploy.operations.errors import NotNow
from deploy.operations.followed import followed, named
from shared.events.topology import SERVICES


def test_every_service_that_follows_topics_has_a_projection_of_them() -> None:
    found = {one.service: set(one.projection.topics) for one in followed()}

    assert found == {name: set(bus.follows) for name, bus in SERVICES.items() if bus.follows}


@pytest.mark.parametrize("name", ["reporting", "figures", "reporting-figures"])
def test_a_projection_is_named_by_its_service_by_itself_or_by_both(name: str) -> None:
    assert named(name).name == "reporting-figures"


def test_a_name_that_several_have_is_answered_with_those_that_are_meant() -> None:
    with pytest.raises(NotNow, match="several") as refused:
        named("places")

    assert "hazards-places, suggestions-places" in str(refused.value)
    assert "figures" not in str(refused.value)


def test_a_name_that_none_has_is_answered_with_all_of_them() -> None:
    with pytest.raises(NotNow, match=r"no projection tales.*hazards-places.*reporting-figures"):
        named("tales")
