"""The rules of hazards, one by one."""

from collections.abc import Callable
from datetime import date

import pytest

from services.hazards import domain
from services.hazards.domain import Hazard
from services.hazards.domain.refusals import NoCategory
from shared.events.base import Role
from shared.events.hazards import Control, DismissReason, HazardStatus, ReopenKind, Source
from shared.events.rules import (
    Actor,
    Invalid,
    Moment,
    NoSite,
    OutOfScope,
    OwnWork,
    TooEarly,
    WrongState,
    reach,
)
from shared.events.suggestions import SubmittedAs
from shared.places import ClosedSite, SeveralSites, UnknownSite
from tests.unit.hazards.given import (
    ANN,
    BOB,
    DUE,
    NOON,
    OTHER,
    USCC,
    after,
    assessed,
    assigned,
    at,
    reopened,
    reported,
    resolved,
    site,
    verified,
)

Step = Callable[[Hazard, Actor, Moment], object]


def assess(hazard: Hazard, by: Actor, when: Moment) -> object:
    return domain.assess(
        hazard, by, when, likelihood="1", exposure="1", consequence="1", category=None, may_cause=()
    )


def assign(hazard: Hazard, by: Actor, when: Moment) -> object:
    return domain.assign(hazard, by, when, due=DUE)


def resolve(hazard: Hazard, by: Actor, when: Moment) -> object:
    return domain.resolve(hazard, by, when, ranks=[Control.PPE], cost_fen=0, evidence=())


def dismiss(hazard: Hazard, by: Actor, when: Moment) -> object:
    return domain.dismiss(hazard, by, when, reason=DismissReason.TEST)


def merge(hazard: Hazard, by: Actor, when: Moment) -> object:
    return domain.merge(hazard, by, when, into="hz_2", target=None)


def recur(hazard: Hazard, by: Actor, when: Moment) -> object:
    return domain.reopen(hazard, by, when, kind=ReopenKind.RECURRENCE)


def fail(hazard: Hazard, by: Actor, when: Moment) -> object:
    return domain.reopen(hazard, by, when, kind=ReopenKind.FAILED_VERIFICATION)


OF_OPEN = [assess, assign, resolve, dismiss, merge]


def dismissed() -> Hazard:
    hazard = reported()
    fact = domain.dismiss(hazard, ANN, at(1), reason=DismissReason.NOT_A_HAZARD)
    return after(hazard, fact, ANN, at(1))


def merged() -> Hazard:
    hazard, target = reported(), after_report("hz_2")
    fact = domain.merge(hazard, ANN, at(1), into=target.id, target=target)
    return after(hazard, fact, ANN, at(1))


def after_report(case: str, uscc: str = USCC) -> Hazard:
    by = Actor("carl", Role.WORKER, (uscc,))
    hazard = reported(by, uscc=uscc)
    return Hazard(**{name: getattr(hazard, name) for name in hazard.__slots__} | {"id": case})


CLOSED = {
    "resolved": lambda: resolved(reported()),
    "verified": lambda: verified(resolved(assessed(reported()))),
    "dismissed": dismissed,
    "merged": merged,
}


def test_a_hazard_goes_all_the_way_from_report_to_verification() -> None:
    hazard = verified(resolved(assigned(assessed(reported()))))

    assert hazard.status is HazardStatus.VERIFIED
    assert hazard.category == "2102"
    assert hazard.owner == "设备科"
    assert hazard.risk
    assert (hazard.risk.score, hazard.risk.risk_class) == ("126", "III")
    assert hazard.resolution
    assert [measure.description for measure in hazard.resolution.measures] == ["手套", "护罩"]


@pytest.mark.parametrize("standing", CLOSED)
@pytest.mark.parametrize("step", OF_OPEN)
def test_only_an_open_hazard_is_worked_on(standing: str, step: Step) -> None:
    with pytest.raises(WrongState) as refusal:
        step(CLOSED[standing](), ANN, at(9))

    assert refusal.value.extra["state"] == standing


@pytest.mark.parametrize("step", OF_OPEN)
def test_no_step_precedes_the_report(step: Step) -> None:
    with pytest.raises(TooEarly):
        step(reported(), ANN, at(-0.01))


@pytest.mark.parametrize("step", OF_OPEN)
def test_no_step_of_what_came_back_precedes_its_coming_back(step: Step) -> None:
    with pytest.raises(TooEarly):
        step(reopened(resolved(reported())), ANN, at(4.9))


def test_a_hazard_can_be_resolved_on_the_spot() -> None:
    assert resolved(reported(), hours=0).status is HazardStatus.RESOLVED


def test_what_happens_in_an_event_is_the_case_with_its_codes_and_never_a_text() -> None:
    fact = domain.assess(
        reported(),
        ANN,
        at(1, skew=True),
        likelihood="0.5",
        exposure="0.5",
        consequence="1",
        category="2102",
        may_cause=("03",),
    )

    assert (fact.before, fact.after) == (HazardStatus.REPORTED, HazardStatus.ASSESSED)
    assert fact.code_lists == {"gb-13861": "2022", "gb-6441": "1986", "lec": fact.code_lists["lec"]}
    assert fact.by is Role.TEAM
    assert fact.clock_skew
    assert fact.risk.score == "0.25"
    assert fact.site == site()


def test_an_owner_keeps_a_hazard_that_is_assessed_again() -> None:
    hazard = assessed(assigned(reported()), hours=3)

    assert hazard.status is HazardStatus.ASSIGNED


def test_a_hazard_keeps_its_category_when_it_is_assessed_without_one() -> None:
    assert assessed(reported(category="2101"), category=None).category == "2101"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("likelihood", "4"),
        ("exposure", "6.0"),
        ("consequence", ""),
        ("category", "9"),
        ("may_cause", ("99",)),
    ],
)
def test_an_assessment_takes_only_values_and_codes_of_the_lists(field: str, wrong: object) -> None:
    right: dict[str, object] = {"likelihood": "3", "exposure": "6", "consequence": "7"}
    said = right | {"category": "2102", "may_cause": ()} | {field: wrong}

    with pytest.raises(Invalid) as refusal:
        domain.assess(reported(), ANN, at(1), **said)  # type: ignore[arg-type]  # values of a table

    assert refusal.value.fields[0][0] == field


def test_an_assignment_ends_on_its_day_at_the_earliest_by_the_calendar_of_shanghai() -> None:
    late = at(12.5)  # half past midnight in Shanghai, still the evening before in UTC
    hazard = reported()

    with pytest.raises(Invalid):
        domain.assign(hazard, ANN, late, due=date(2026, 3, 2))

    assert domain.assign(hazard, ANN, late, due=date(2026, 3, 3)).after is HazardStatus.ASSIGNED


def test_a_hazard_can_be_assigned_anew() -> None:
    assert assigned(assigned(reported()), owner="安全科").owner == "安全科"


def test_a_resolution_needs_a_control() -> None:
    with pytest.raises(Invalid) as refusal:
        domain.resolve(reported(), ANN, at(1), ranks=[], cost_fen=0, evidence=())

    assert refusal.value.fields[0][0] == "controls"


def test_a_hazard_ranks_as_its_strongest_control() -> None:
    fact = domain.resolve(
        reported(), ANN, at(1), ranks=[Control.PPE, Control.SUBSTITUTION], cost_fen=0, evidence=()
    )

    assert fact.control is Control.SUBSTITUTION
    assert fact.controls == (Control.PPE, Control.SUBSTITUTION)


def test_nobody_verifies_their_own_work() -> None:
    hazard = resolved(assessed(reported()), by=ANN)

    with pytest.raises(OwnWork):
        domain.verify(hazard, ANN, at(4))


def test_whoever_reported_it_may_verify() -> None:
    hazard = resolved(assessed(reported(by=BOB)), by=ANN)

    assert domain.verify(hazard, BOB, at(4)).after is HazardStatus.VERIFIED


def test_nothing_is_verified_without_a_category() -> None:
    with pytest.raises(NoCategory):
        domain.verify(resolved(reported()), BOB, at(4))


def test_nothing_is_verified_before_it_was_resolved() -> None:
    with pytest.raises(TooEarly):
        domain.verify(resolved(reported(category="2102")), BOB, at(2.9))


@pytest.mark.parametrize("hazard", [reported(), assessed(reported()), assigned(reported()), dismissed()])
def test_only_what_is_resolved_is_verified(hazard: Hazard) -> None:
    with pytest.raises(WrongState):
        domain.verify(hazard, BOB, at(9))


def test_nothing_is_verified_twice() -> None:
    with pytest.raises(WrongState):
        domain.verify(verified(resolved(assessed(reported()))), BOB, at(9))


def test_what_comes_back_returns_to_its_owner() -> None:
    hazard = reopened(resolved(assigned(reported())))

    assert hazard.status is HazardStatus.ASSIGNED
    assert hazard.resolution is None


def test_what_comes_back_and_has_no_owner_is_to_be_assigned() -> None:
    assert reopened(resolved(reported())).status is HazardStatus.ASSESSED


@pytest.mark.parametrize("standing", ["resolved", "verified"])
def test_a_hazard_recurs_after_it_was_resolved_or_verified(standing: str) -> None:
    assert reopened(CLOSED[standing]()).status is HazardStatus.ASSESSED


def test_a_verification_can_fail_only_before_it_has_passed() -> None:
    with pytest.raises(WrongState):
        fail(CLOSED["verified"](), BOB, at(9))


@pytest.mark.parametrize("step", [recur, fail])
@pytest.mark.parametrize("hazard", [reported(), assigned(reported()), dismissed(), merged()])
def test_what_was_never_removed_does_not_come_back(step: Step, hazard: Hazard) -> None:
    with pytest.raises(WrongState):
        step(hazard, BOB, at(9))


@pytest.mark.parametrize(("standing", "hours"), [("resolved", 2.9), ("verified", 3.9)])
def test_nothing_comes_back_before_it_was_gone(standing: str, hours: float) -> None:
    with pytest.raises(TooEarly):
        recur(CLOSED[standing](), BOB, at(hours))


def test_a_merged_hazard_names_the_one_that_carries_on() -> None:
    assert merged().merged_into == "hz_2"


@pytest.mark.parametrize(
    "target",
    [None, after_report("hz_1"), after_report("hz_3", OTHER), merged(), dismissed()],
    ids=["missing", "itself", "another enterprise's", "merged", "dismissed"],
)
def test_a_hazard_is_merged_only_into_another_that_carries_on(target: Hazard | None) -> None:
    with pytest.raises(Invalid) as refusal:
        domain.merge(reported(), ANN, at(1), into="hz_2", target=target)

    assert refusal.value.fields[0][0] == "into"


def test_a_report_for_a_site_out_of_reach_is_refused() -> None:
    with pytest.raises(OutOfScope):
        reported(by=ANN, uscc=OTHER)


UNKNOWN = UnknownSite("not known")
SEVERAL = SeveralSites("several", reach=(*reach(site()), "CN", "11", "1101", "110101"))
SHUT = ClosedSite("closed", reach=reach(site()))


def report_at(why: NoSite, by: Actor) -> object:
    return domain.report(
        by,
        at(),
        enterprise=USCC,
        site=why,
        source=Source.WORKER,
        category=None,
        submitted_as=SubmittedAs.NAMED,
    )


@pytest.mark.parametrize("why", [UNKNOWN, SEVERAL, SHUT], ids=lambda why: why.slug)
@pytest.mark.parametrize(
    "by",
    [
        ANN,
        Actor("ida", Role.INSPECTOR, (), ("330503",)),
        Actor("zhou", Role.AUTHORITY, (), ("33",)),
        Actor("paper", Role.SERVICE, (USCC,)),
        Actor("paper", Role.SERVICE, (), ("CN",)),
    ],
    ids=lambda by: f"{by.role}{by.areas}",
)
def test_who_could_report_there_learns_why_the_site_is_not_to_be_had(by: Actor, why: NoSite) -> None:
    with pytest.raises(type(why)):
        report_at(why, by)


@pytest.mark.parametrize("why", [SEVERAL, SHUT], ids=lambda why: why.slug)
@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.AUTHORITY, Role.SERVICE])
def test_nobody_learns_of_the_sites_of_an_enterprise_that_has_none_in_their_area(
    role: Role, why: NoSite
) -> None:
    with pytest.raises(OutOfScope):
        report_at(why, Actor("ida", role, (), ("3306",)))


def test_one_of_several_sites_in_the_area_is_enough_to_be_asked_which() -> None:
    with pytest.raises(SeveralSites):
        report_at(SEVERAL, Actor("ida", Role.INSPECTOR, (), ("1101",)))


def test_where_an_unknown_site_lies_is_not_known_so_that_whoever_has_an_area_is_to_try_again() -> None:
    with pytest.raises(UnknownSite):
        report_at(UNKNOWN, Actor("ida", Role.INSPECTOR, (), ("3306",)))


@pytest.mark.parametrize("why", [UNKNOWN, SEVERAL, SHUT], ids=lambda why: why.slug)
@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM, Role.MANAGER])
def test_an_area_opens_nothing_to_those_who_speak_for_an_enterprise(role: Role, why: NoSite) -> None:
    with pytest.raises(OutOfScope):
        report_at(why, Actor("carl", role, (OTHER,), ("CN",)))


def test_a_report_takes_only_a_category_of_the_list() -> None:
    with pytest.raises(Invalid):
        reported(category="21O2")


def test_an_open_hazard_counts_from_its_report() -> None:
    assert assigned(assessed(reported())).since == NOON
