"""Totals that a report remembers: never another figure than one added up anew, and no second reading."""

from typing import Any

from pymongo import AsyncMongoClient

from services.reporting.app import NAME
from services.reporting.bus import FIGURES
from services.reporting.domain.rollups import TOTAL, Level
from services.reporting.store.remembered import Asked, Remembered
from services.reporting.store.rollups import ROLLUPS
from shared.projection import Generation
from tests.integration.reporting.conftest import Reporting
from tests.integration.reporting.test_reports import day, event, place, reported

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


def test_what_nobody_asked_for_the_longest_is_forgotten_first() -> None:
    remembered, marks = Remembered(), {0: 1}
    asked = [Asked(1, Level.NATION, "CN", month) for month in range(361)]
    for one in asked:
        remembered.keep(one, marks, {"CN": {}})

    assert remembered.get(asked[0], marks) is None
    assert remembered.get(asked[1], marks) == {"CN": {}}
    assert remembered.get(asked[1], {0: 2}) is None
