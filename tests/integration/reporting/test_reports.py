"""From events on Kafka to the figures of a report, exactly."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reporting.bus import Ends
from services.reporting.store.provenance import Partition
from shared.edition import Edition
from shared.events.base import Fact, Recorded, Role, Site, Size
from shared.events.hazards import (
    Control,
    HazardReopened,
    HazardReported,
    HazardResolved,
    HazardStatus,
    ReopenKind,
    Source,
)
from shared.events.savings import Period, SavingCategory, SavingClaimed, SavingStatus, SavingVerified
from shared.events.suggestions import (
    EnteredBy,
    SubmittedAs,
    SuggestionStatus,
    SuggestionSubmitted,
    SuggestionTopic,
)
from shared.events.wire import encode
from tests.facts import ENTERPRISE
from tests.integration.reporting.conftest import Reporting
from tests.register import enterprise, registered
from tests.tokens import bearer

OTHER = "92330503MA28NANX1T"


def place(uscc: str = ENTERPRISE, region: str = "330503", industry: str = "C3812") -> Site:
    return Site(
        id=f"{uscc}-1", enterprise=uscc, country="CN", region=region, industry=industry, size=Size.SMALL
    )


def day(month: int, number: int = 10, year: int = 2016) -> datetime:
    return datetime(year, month, number, 4, tzinfo=UTC)


def event(
    fact: Fact, subject: str, sequence: int, at: datetime, recorded: datetime | None = None
) -> Recorded[Fact]:
    return Recorded(fact, subject, sequence, at, recorded or at)


def reported(site: Site) -> HazardReported:
    return HazardReported(
        by=Role.WORKER,
        site=site,
        before=None,
        after=HazardStatus.REPORTED,
        category="2102",
        source=Source.WORKER,
        submitted_as=SubmittedAs.NAMED,
    )


def resolved(site: Site) -> HazardResolved:
    return HazardResolved(
        by=Role.TEAM,
        site=site,
        before=HazardStatus.REPORTED,
        after=HazardStatus.RESOLVED,
        control=Control.ENGINEERING,
        controls=(Control.ENGINEERING,),
        cost=0,
    )


def reopened(site: Site) -> HazardReopened:
    return HazardReopened(
        by=Role.TEAM,
        site=site,
        before=HazardStatus.RESOLVED,
        after=HazardStatus.ASSESSED,
        kind=ReopenKind.FAILED_VERIFICATION,
    )


def submitted(site: Site) -> SuggestionSubmitted:
    return SuggestionSubmitted(
        by=Role.WORKER,
        site=site,
        before=None,
        after=SuggestionStatus.SUBMITTED,
        topic=SuggestionTopic.QUALITY,
        submitted_as=SubmittedAs.ANONYMOUS,
        entered_by=EnteredBy.SELF,
    )


def saving(site: Site, fen: int) -> SavingClaimed:
    return SavingClaimed(
        by=Role.TEAM,
        site=site,
        before=None,
        after=SavingStatus.CLAIMED,
        period=Period.model_validate({"from": date(2016, 1, 1), "to": date(2016, 2, 29)}),
        category=SavingCategory.PRODUCTION,
        amount=fen,
        suggestion=None,
        hazard=None,
    )


def confirmed(claim: SavingClaimed, fen: int) -> SavingVerified:
    said = claim.model_dump(include={"site", "period", "category"}, by_alias=True)
    moved = {"by": Role.MANAGER, "before": SavingStatus.CLAIMED, "after": SavingStatus.VERIFIED}
    return SavingVerified.model_validate(said | moved | {"claimed": claim.amount, "amount": fen})


async def test_a_hazard_delivered_twice_is_counted_once(reporting: Reporting) -> None:
    life = [event(reported(place()), "hz_1", 1, day(1)), event(resolved(place()), "hz_1", 2, day(2))]

    await reporting.send(*life, *life)

    nation = await reporting.national("2016-01", "2016-02")
    assert (nation["hazards_reported"], nation["hazards_resolved"], nation["hazards_open"]) == (1, 1, 0)


async def test_a_reopened_hazard_leaves_the_month_of_its_resolution(reporting: Reporting) -> None:
    await reporting.send(
        event(reported(place()), "hz_1", 1, day(1)),
        event(resolved(place()), "hz_1", 2, day(2)),
        event(reopened(place()), "hz_1", 3, day(3)),
    )
    february = await reporting.national("2016-02", "2016-02")
    assert (february["hazards_resolved"], february["hazards_resolutions"]) == (0, 1)
    assert february["days_to_resolve_median"] is None

    await reporting.send(event(resolved(place()), "hz_1", 4, day(4, 20)))

    whole = await reporting.national("2016-01", "2016-04")
    assert (whole["hazards_resolved"], whole["hazards_resolutions"], whole["hazards_reopened"]) == (1, 2, 1)
    assert whole["days_to_resolve_median"] == 101  # from 10 January to 20 April


async def test_a_late_event_changes_todays_answer_and_not_that_as_of_an_earlier_month(
    reporting: Reporting,
) -> None:
    await reporting.send(event(submitted(place()), "sg_1", 1, day(1)))
    then = await reporting.national("2016-01", "2016-01", as_of="2016-01")

    await reporting.send(event(submitted(place(OTHER)), "sg_2", 1, day(1, 11), recorded=day(4)))

    now = await reporting.national("2016-01", "2016-01")
    assert (now["suggestions_submitted"], now["enterprises_reporting"]) == (2, 2)
    assert await reporting.national("2016-01", "2016-01", as_of="2016-01") == then
    assert then["suggestions_submitted"] == 1


async def test_an_enterprise_is_distinct_in_every_area_and_range(reporting: Reporting) -> None:
    moved = place(region="330106")
    await reporting.send(
        event(submitted(place()), "sg_1", 1, day(1)),
        event(submitted(moved), "sg_2", 1, day(2)),
        event(reported(place(region="330502")), "hz_1", 1, day(2)),
        event(submitted(place(OTHER)), "sg_3", 1, day(2)),
    )
    await reporting.has_caught_up()

    async def distinct(area: str, first: str, last: str) -> int:
        found: int = (await reporting.report(f"areas/{area}", first, last))["totals"]["enterprises_reporting"]
        return found

    assert await distinct("CN", "2016-01", "2016-02") == 2
    assert await distinct("33", "2016-02", "2016-02") == 2
    # Two counties of one prefecture: each has it, and the prefecture has it once.
    assert await distinct("3305", "2016-01", "2016-02") == 2
    assert await distinct("330502", "2016-01", "2016-02") == 1
    assert await distinct("3301", "2016-01", "2016-02") == 1
    assert await distinct("3301", "2016-01", "2016-01") == 0


async def test_groups_by_month_area_industry_and_size_say_what_the_total_says(reporting: Reporting) -> None:
    await reporting.send(
        event(reported(place()), "hz_1", 1, day(1)),
        event(reported(place(OTHER, region="440306", industry="F5211")), "hz_2", 1, day(2)),
        event(resolved(place()), "hz_1", 2, day(2)),
    )
    await reporting.has_caught_up()

    async def by(area: str, how: str) -> dict[str, dict[str, Any]]:
        report = await reporting.report(f"areas/{area}", "2016-01", "2016-02", by=how)
        return {group["key"]: group for group in report["groups"]}

    months = await by("CN", "month")
    assert [months[m]["totals"]["hazards_open"] for m in ("2016-01", "2016-02")] == [1, 1]
    provinces = await by("CN", "area")
    assert {code: group["name"] for code, group in provinces.items()} == {"33": "浙江省", "44": "广东省"}
    assert (await by("33", "area")).keys() == {"3305"}
    assert (await by("3305", "area"))["330503"]["name"] == "南浔区"
    sections = await by("CN", "industry")
    assert {code: group["totals"]["hazards_reported"] for code, group in sections.items()} == {"C": 1, "F": 1}
    assert (await by("CN", "size"))["small"]["totals"]["hazards_reported"] == 2


async def test_savings_count_in_the_month_in_which_their_period_ended(reporting: Reporting) -> None:
    claim = saving(place(), 250_000_000_000)
    await reporting.send(
        event(claim, "sv_1", 1, day(3)), event(confirmed(claim, 200_000_000_000), "sv_1", 2, day(4))
    )

    february = await reporting.national("2016-02", "2016-02")
    assert (february["savings_claimed_fen"], february["savings_verified_fen"]) == (
        250_000_000_000,
        200_000_000_000,
    )


async def test_registered_enterprises_count_from_when_they_were_active(reporting: Reporting) -> None:
    entry = enterprise(ENTERPRISE)
    late = entry.model_copy(update={"id": OTHER, "active_from": date(2009, 3, 1)})
    await reporting.send(registered(entry, at=day(3)), registered(late, at=day(11, year=2026)))

    assert (await reporting.national("2016-02", "2016-02"))["enterprises_registered"] == 1
    assert (await reporting.national("2016-03", "2016-03"))["enterprises_registered"] == 2


async def test_an_enterprise_reads_its_own_report_and_no_other(reporting: Reporting) -> None:
    await reporting.send(
        registered(enterprise(ENTERPRISE), at=day(1)), event(submitted(place()), "sg_1", 1, day(2))
    )
    await reporting.has_caught_up()

    own = await reporting.report(f"enterprises/{ENTERPRISE}", "2016-01", "2016-02", by="site")
    assert own["totals"]["suggestions_submitted"] == 1
    assert own["totals"]["enterprises_reporting"] == 1
    assert [group["key"] for group in own["groups"]] == [f"{ENTERPRISE}-1"]

    asked = {"from": "2016-01", "to": "2016-02"}
    other = bearer(reporting.settings, Role.MANAGER, enterprises=[OTHER])
    answer = await reporting.http.get(f"/v1/reports/enterprises/{ENTERPRISE}", params=asked, headers=other)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("role", "areas", "code", "status"),
    [
        (Role.AUTHORITY, ["3305"], "330503", 200),
        (Role.AUTHORITY, ["3305"], "3305", 200),
        (Role.AUTHORITY, ["3305"], "33", 403),
        (Role.AUTHORITY, ["33"], "CN", 403),
        (Role.AUTHORITY, ["CN"], "CN", 200),
        (Role.INSPECTOR, ["3305"], "330503", 403),
        (Role.WORKER, [], "CN", 403),
        (Role.OPERATOR, [], "CN", 200),
        (Role.OPERATOR, [], "9999", 404),
        (Role.OPERATOR, [], "330", 404),
    ],
)
async def test_an_area_is_read_by_those_who_answer_for_it(
    reporting: Reporting, role: Role, areas: list[str], code: str, status: int
) -> None:
    answer = await reporting.http.get(
        f"/v1/reports/areas/{code}",
        params={"from": "2016-01", "to": "2016-02"},
        headers=bearer(reporting.settings, role, areas=areas),
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"to": "2016-01"}, "from"),
        ({"from": "2016-13", "to": "2016-01"}, "from"),
        ({"from": "2016-02", "to": "2016-01"}, "to"),
        ({"from": "1900-02", "to": "2016-01"}, "to"),
        ({"from": "2016-01", "to": "2016-01", "by": "week"}, "by"),
        ({"from": "2016-01", "to": "2016-01", "as_of": "now"}, "as_of"),
    ],
)
async def test_a_wrong_range_is_refused_with_its_field(
    reporting: Reporting, asked: dict[str, str], field: str
) -> None:
    answer = await reporting.http.get("/v1/reports/areas/CN", params=asked, headers=reporting.headers)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_an_unreadable_record_is_left_aside_and_the_rest_is_counted(reporting: Reporting) -> None:
    good = [event(reported(place()), f"hz_{number}", 1, day(1)) for number in range(3)]
    await reporting.send(good[0])
    await reporting.raw(encode(good[1])._replace(value=b"{"))
    await reporting.send(good[2])

    assert (await reporting.national("2016-01", "2016-01"))["hazards_reported"] == 2


async def test_a_report_says_whether_a_case_in_it_waits_for_what_could_not_be_read(
    reporting: Reporting,
) -> None:
    async def complete() -> bool:
        await reporting.has_caught_up()
        whole: bool = (await reporting.report("areas/CN", "2016-01", "2016-01"))["provenance"]["complete"]
        return whole

    good = [event(reported(place()), f"hz_{number}", 1, day(1)) for number in range(2)]
    await reporting.send(good[0])
    assert await complete()

    await reporting.raw(encode(good[1])._replace(value=b"{"))
    assert not await complete()


async def test_kafka_is_asked_again_where_it_answered_before_what_a_report_has_counted(
    reporting: Reporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reporting.send(event(reported(place()), "hz_1", 1, day(1)))
    await reporting.national("2016-01", "2016-01")
    really, asked = Ends.now, list[int]()

    async def now(self: Ends, edition: Edition | None) -> dict[Partition, int] | None:
        found = await really(self, edition)
        asked.append(len(asked))
        return dict.fromkeys(found, 0) if found and len(asked) == 1 else found

    monkeypatch.setattr(Ends, "now", now)

    assert (await reporting.report("areas/CN", "2016-01", "2016-01"))["provenance"]["behind_records"] == 0
    assert len(asked) == 2
