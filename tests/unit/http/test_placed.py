"""Where a case belongs is said alike to every service; what could never be found is not to be tried again."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.hazards.api.bodies import Report
from services.suggestions.api.bodies import Claim, Submit
from shared.http import Placed

HERE, OTHER = "91330503MA2B0ABC1B", "92330503MA28NANX1T"


def faults(said: dict[str, Any]) -> list[Any]:
    with pytest.raises(ValidationError) as refused:
        Placed.model_validate(said)
    return [error["loc"] for error in refused.value.errors()]


@pytest.mark.parametrize("kind", [Report, Submit, Claim])
def test_every_form_says_where_it_belongs_in_the_same_words(kind: type[Placed]) -> None:
    def place(of: type[Placed]) -> object:
        said = of.model_json_schema()["properties"]
        return {name: said[name] for name in ("enterprise", "site")}

    assert issubclass(kind, Placed)
    assert place(kind) == place(Placed)


@pytest.mark.parametrize(
    "said",
    [
        {"site": f"{HERE}-1"},
        {"enterprise": HERE},
        {"enterprise": HERE, "site": f"{HERE}-12"},
        {"enterprise": None, "site": f" {HERE}-1 "},
    ],
)
def test_a_site_or_an_enterprise_tells_whose_it_is(said: dict[str, Any]) -> None:
    assert Placed.model_validate(said).owner == HERE


def test_a_site_of_another_enterprise_is_the_fault_of_the_site() -> None:
    assert faults({"enterprise": HERE, "site": f"{OTHER}-1"}) == [("site",)]


@pytest.mark.parametrize("site", ["nonsense", HERE, f"{HERE}-0", f"{HERE}-", f"{HERE}-100000", "", 7])
def test_what_is_no_id_of_a_site_is_none_that_may_be_known_soon(site: object) -> None:
    assert faults({"site": site}) == [("site",)]


def test_what_is_no_id_of_an_enterprise_is_refused_as_that_alone() -> None:
    assert faults({"enterprise": "nonsense"}) == [("enterprise",)]


def test_somewhere_must_be_said() -> None:
    assert faults({}) == faults({"site": None, "enterprise": None}) == [("site",)]
