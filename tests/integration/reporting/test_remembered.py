"""Sums that a report remembers: never another figure than one added up anew, and no second reading."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from services.reporting.app import NAME
from services.reporting.bus import FIGURES
from services.reporting.domain.rollups import TOTAL, Level
from services.reporting.store.remembered import Asked, Kind, Remembered
from services.reporting.store.rollups import ROLLUPS, Areas
from shared.events.base import Recorded
from shared.events.enterprises import EnterpriseFact
from shared.projection import Generation
from tests.integration.reporting.conftest import Reporting
from tests.integration.reporting.test_reports import day, event, place, reported, resolved
from tests.register import enterprise, registered

YEAR = ("2016-01", "2016-12")


async def by_province(reporting: Reporting) -> dict[str, int]:
    report = await reporting.report("areas/CN", *YEAR, by="area")
    return {group["key"]: group["totals"]["hazards_reported"] for group in report["groups"]}


async def test_a_month_that_changes_is_added_up_anew_and_every_report_has_it(reporting: Reporting) -> None:
    for number in range(1, 6):
        # Of different enterprises, so of different lanes, in one month and in two of the provinces.
        site = place(f"91330503ABCDEFG0{number}X", region="330503" if number % 2 else "110101")
        await reporting.send(event(reported(site), f"hz_{number}", 1, day(3, number)))
        await reporting.has_caught_up()

        assert await by_province(reporting) == {
            province: count
            for province, count in (("11", number // 2), ("33", number - number // 2))
            if count
        }


async def test_a_month_that_has_not_changed_is_not_read_again(reporting: Reporting) -> None:
    await reporting.send(event(reported(place()), "hz_1", 1, day(1)))
    await reporting.has_caught_up()
    assert await by_province(reporting) == {"33": 1}

    async with AsyncMongoClient[dict[str, Any]](reporting.settings.mongo) as client:
        generation = Generation(client[reporting.settings.database(NAME)], FIGURES.name, 1)
        # Behind everybody's back: only who reads these again would see it.
        await generation.collection(ROLLUPS).update_many(
            {"level": Level.PROVINCE}, {"$inc": {f"{TOTAL}.hr": 10}}
        )

    assert await by_province(reporting) == {"33": 1}
    await reporting.send(event(reported(place()), "hz_2", 1, day(1)))
    await reporting.has_caught_up()
    assert await by_province(reporting) == {"33": 12}


# Enterprises in two counties of one prefecture and in another province, of three decades.
DECADES = (
    ("330503", date(1987, 2, 1)),
    ("330502", date(1987, 12, 31)),
    ("330503", date(1999, 7, 1)),
    ("110101", date(2014, 11, 1)),
    ("330502", date(2015, 12, 1)),
    ("110101", date(2016, 1, 1)),
    ("330503", date(2016, 2, 1)),
)
ONE_MORE = ("330502", date(1987, 7, 1))
# Whose report, by what, and in which group a county then is.
DIVISIONS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("CN", "area", lambda region: region[:2]),
    ("33", "area", lambda region: region[:4]),
    ("3305", "area", lambda region: region),
    ("CN", "industry", lambda _: "C"),
    ("3305", "industry", lambda _: "C"),
    ("330503", "size", lambda _: "small"),
)


def founded(number: int, region: str, since: date) -> Recorded[EnterpriseFact]:
    entry = enterprise(f"91330503ABCDEFG0{number}X", region=region)
    return registered(entry.model_copy(update={"active_from": since}), at=day(3, number + 1))


async def test_what_was_registered_decades_ago_is_counted_whatever_is_remembered(
    reporting: Reporting,
) -> None:
    there = list(DECADES)
    await reporting.send(*(founded(number, *one) for number, one in enumerate(DECADES)))
    await reporting.has_caught_up()

    async def every_division_counts_all() -> None:
        # By the end of March all have become active; by that of January the last has not.
        for last, until in (("2016-03", date(2016, 3, 31)), ("2016-01", date(2016, 1, 31))):
            for area, by, group in DIVISIONS:
                report = await reporting.report(f"areas/{area}", "2016-01", last, by=by)
                inside = [
                    region
                    for region, since in there
                    if since <= until and (area == "CN" or region.startswith(area))
                ]
                counted = {one["key"]: one["totals"]["enterprises_registered"] for one in report["groups"]}
                assert report["totals"]["enterprises_registered"] == len(inside)
                assert counted == Counter(map(group, inside))

    await every_division_counts_all()
    await every_division_counts_all()
    there.append(ONE_MORE)
    await reporting.send(founded(len(DECADES), *ONE_MORE))
    await reporting.has_caught_up()
    await every_division_counts_all()


async def test_what_is_still_open_of_earlier_years_is_counted_whatever_is_remembered(
    reporting: Reporting,
) -> None:
    async def still_open() -> dict[str, int]:
        report = await reporting.report("areas/CN", *YEAR, by="area")
        return {group["key"]: group["totals"]["hazards_open"] for group in report["groups"]}

    await reporting.send(
        event(reported(place()), "hz_1", 1, day(3, year=2014)),
        event(reported(place()), "hz_2", 1, day(4, year=2014)),
    )
    await reporting.has_caught_up()
    assert await still_open() == await still_open() == {"33": 2}

    await reporting.send(event(resolved(place()), "hz_1", 2, day(5, year=2014)))
    await reporting.has_caught_up()
    assert await still_open() == {"33": 1}


@pytest.mark.parametrize("area", ["CN", "33", "330503"])
async def test_each_month_of_more_than_two_years_is_right_whatever_is_remembered(
    reporting: Reporting, area: str
) -> None:
    async def by_month() -> list[tuple[str, int, int]]:
        report = await reporting.report(f"areas/{area}", "2014-01", "2016-03", by="month")
        return [
            (group["key"], group["totals"]["hazards_reported"], group["totals"]["hazards_open"])
            for group in report["groups"]
            if group["key"] in {"2014-01", "2014-02", "2016-02", "2016-03"}
        ]

    await reporting.send(
        event(reported(place()), "hz_1", 1, day(7, year=2013)),
        event(reported(place()), "hz_2", 1, day(2, year=2014)),
        event(reported(place()), "hz_3", 1, day(2)),
    )
    await reporting.has_caught_up()
    once = [("2014-01", 0, 1), ("2014-02", 1, 2), ("2016-02", 1, 3), ("2016-03", 0, 3)]
    assert await by_month() == await by_month() == once

    await reporting.send(event(reported(place()), "hz_4", 1, day(2, 20, year=2014)))
    await reporting.has_caught_up()
    assert await by_month() == [("2014-01", 0, 1), ("2014-02", 2, 3), ("2016-02", 1, 4), ("2016-03", 0, 4)]


async def test_stocks_as_they_were_known_then_are_remembered_by_themselves(reporting: Reporting) -> None:
    late = registered(
        enterprise("91330503ABCDEFG01X").model_copy(update={"active_from": date(1999, 3, 1)}),
        at=day(2, year=2026),
    )
    await reporting.send(founded(0, "330503", date(1999, 7, 1)), late)
    await reporting.has_caught_up()

    for _ in range(2):
        now = await reporting.report("areas/CN", "2016-03", "2016-03", by="area")
        then = await reporting.report("areas/CN", "2016-03", "2016-03", by="area", as_of="2016-03")
        assert [report["groups"][0]["totals"]["enterprises_registered"] for report in (now, then)] == [2, 1]


async def test_a_year_before_that_has_not_changed_is_not_read_again(reporting: Reporting) -> None:
    await reporting.send(founded(0, "330503", date(1999, 7, 1)), founded(1, "330503", date(2014, 7, 1)))
    await reporting.has_caught_up()

    async def stock() -> int:
        report = await reporting.report("areas/CN", *YEAR, by="area")
        found: int = report["groups"][0]["totals"]["enterprises_registered"]
        return found

    assert await stock() == 2
    async with AsyncMongoClient[dict[str, Any]](reporting.settings.mongo) as client:
        generation = Generation(client[reporting.settings.database(NAME)], FIGURES.name, 1)
        # Behind everybody's back, in both years: only who reads a year again would see it.
        await generation.collection(ROLLUPS).update_many(
            {"level": Level.PROVINCE, "month": {"$lt": 201501}}, {"$inc": {f"{TOTAL}.er": 10}}
        )

    assert await stock() == 2
    await reporting.send(founded(2, "330503", date(2014, 9, 1)))
    await reporting.has_caught_up()
    assert await stock() == 13


def asked(month: int) -> Asked:
    return Asked(1, Kind.TOTALS, Areas(Level.NATION, "CN", None), (TOTAL,), month, month)


def test_what_nobody_asked_for_the_longest_is_forgotten_first() -> None:
    remembered, mark = Remembered(most=10_000), 1
    for month in range(100):
        remembered.keep(asked(month), mark, {"CN": {str(number): 1 for number in range(100)}})
        remembered.get(asked(1), mark)

    assert remembered.get(asked(0), mark) is None
    assert remembered.get(asked(1), mark) is not None
    assert remembered.get(asked(99), mark) is not None
    assert remembered.get(asked(99), 2) is None
    assert sum(remembered.get(asked(month), mark) is not None for month in range(100)) == 79


def test_what_is_kept_again_takes_the_place_of_what_it_was() -> None:
    remembered = Remembered(most=200)
    for mark in range(100):
        remembered.keep(asked(1), mark, {"CN": {str(number): 1 for number in range(100)}})

    assert remembered.get(asked(1), 99) is not None
    remembered.keep(asked(2), 1, {})
    assert remembered.get(asked(1), 99) is not None


def test_sums_of_nothing_are_not_kept_without_end() -> None:
    remembered = Remembered(most=200)
    for month in range(100):
        remembered.keep(asked(month), 1, {})

    assert sum(remembered.get(asked(month), 1) is not None for month in range(100)) == 10
