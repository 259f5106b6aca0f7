"""Regions on their dates: what is accepted, what is refused and what the refusal says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes import load, regions
from shared.codes.regions import UnknownRegion

PILOT = date(2015, 11, 2)
BEFORE, CHANGE = date(2021, 4, 8), date(2021, 4, 9)
listed = st.sampled_from(sorted(regions._regions()))
days = st.dates(min_value=date(2015, 1, 1))


def test_nanxun_is_a_county_of_huzhou_in_zhejiang() -> None:
    nanxun = regions.at("330503", PILOT)

    assert (nanxun.zh, nanxun.en, nanxun.level) == ("南浔区", "Nanxun", "county")
    assert regions.parents("330503") == ("3305", "33", "CN")
    assert [regions.name(code) for code in regions.parents("330503")] == ["湖州市", "浙江省", "中国"]
    assert not nanxun.unlisted


@pytest.mark.parametrize(
    ("code", "level", "en"),
    [
        ("CN", "nation", "China"),
        ("50", "province", "Chongqing"),
        ("2102", "prefecture", "Dalian"),
        ("5106", "prefecture", "Deyang"),
        ("321283", "county", "Taixing"),
    ],
)
def test_the_places_of_the_pilot_and_the_programme_are_known(code: str, level: str, en: str) -> None:
    assert regions.level(code) == level
    assert regions.of(code).en == en


def test_the_list_is_the_statistical_one_of_mid_2023() -> None:
    codes = load("regions").entries

    assert [sum(len(code) == n for code in codes) for n in (4, 6)] == [342, 2978]
    assert sum(code.isdigit() and len(code) == 2 for code in codes) == 31 + 3


@pytest.mark.parametrize("province", ["71", "81", "82"])
def test_three_provinces_have_no_counties(province: str) -> None:
    assert regions.level(province) == "province"
    assert regions.children(province) == ()
    with pytest.raises(UnknownRegion):
        regions.of(f"{province}0101")


def test_children_are_one_level_down_and_in_order() -> None:
    assert [region.code for region in regions.children("3305")] == [
        "330502",
        "330503",
        "330521",
        "330522",
        "330523",
    ]
    assert len(regions.children("CN")) == 34
    assert regions.children("330503") == ()


def test_a_code_that_ended_is_accepted_on_its_last_day_and_refused_on_the_next() -> None:
    assert regions.at("330103", BEFORE).zh == "下城区"
    with pytest.raises(UnknownRegion, match="330105") as refusal:
        regions.at("330103", CHANGE)
    assert refusal.value.instead == ("330105",)


def test_a_code_that_began_is_refused_on_the_day_before_and_accepted_on_its_first() -> None:
    assert regions.at("330113", CHANGE).zh == "临平区"
    with pytest.raises(UnknownRegion, match="330110") as refusal:
        regions.at("330113", BEFORE)
    assert refusal.value.instead == ("330110",)


def test_a_code_that_ended_stays_readable() -> None:
    assert regions.name("330104") == "江干区"
    assert regions.parents("330104") == ("3301", "33", "CN")
    assert regions.of("330104").successors == ("330102", "330114")


def test_the_districts_that_only_grew_are_valid_throughout() -> None:
    for code in ("330102", "330105", "330110"):
        assert regions.at(code, BEFORE) == regions.at(code, CHANGE)


def test_the_children_of_a_day_are_those_in_force() -> None:
    before = {region.code for region in regions.children("3301", BEFORE)}
    after = {region.code for region in regions.children("3301", CHANGE)}

    assert before - after == {"330103", "330104"}
    assert after - before == {"330113", "330114"}
    assert {region.code for region in regions.children("3301")} == before | after


def test_an_unknown_county_of_a_known_prefecture_is_accepted_as_unlisted() -> None:
    county = regions.at("330599", PILOT)

    assert county.unlisted
    assert (county.zh, county.level, county.parent) == (None, "county", "3305")
    assert regions.parents("330599") == ("3305", "33", "CN")
    assert regions.children("330599") == ()


@pytest.mark.parametrize(
    "code",
    [
        "",
        "cn",
        "3",
        "330",
        "99",
        "3399",
        "330500",
        "339901",
        "33050",
        "3305031",
        " 330503",
        "330503\n",
        "33050３",
        "南浔区",
    ],
)
def test_what_is_no_region_is_refused(code: str) -> None:
    for ask in (regions.of, regions.parents, regions.level, regions.name, regions.children):
        with pytest.raises(UnknownRegion):
            ask(code)
    with pytest.raises(ValueError, match="a region is CN"):
        regions.at(code, PILOT)


@given(listed)
def test_the_parents_of_a_region_are_its_prefixes_and_each_lists_the_next(code: str) -> None:
    below = code
    for above in regions.parents(code):
        assert above == "CN" or below.startswith(above)
        assert below in {region.code for region in regions.children(above)}
        below = above
    assert below == "CN"


@given(listed, days)
def test_a_region_is_accepted_on_exactly_the_days_it_is_in_force(code: str, day: date) -> None:
    region = regions.of(code)

    if region.valid_on(day):
        assert regions.at(code, day) is region
    else:
        with pytest.raises(UnknownRegion) as refusal:
            regions.at(code, day)
        assert refusal.value.instead


@given(st.text(max_size=8) | st.from_regex(r"[0-9]{1,7}", fullmatch=True))
def test_any_text_is_a_region_under_known_parents_or_refused(text: str) -> None:
    try:
        region = regions.of(text)
    except UnknownRegion:
        return
    assert region.code == text
    assert text == "CN" or regions.of(str(region.parent)).unlisted is False
