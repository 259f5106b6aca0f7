"""Every case runs forwards, on working days, by people who may do what they do."""

from collections import defaultdict
from datetime import date, datetime
from itertools import pairwise

from deploy.pilot.case import Request
from deploy.pilot.factories import FACTORIES, NANXUN
from deploy.pilot.plan import Plan
from deploy.pilot.workdays import FIRST, LAST, SPRING_FESTIVAL, workdays
from services.enterprises import uscc
from shared.codes import accidents, factors, industries, lec, sizes
from shared.events.base import Role

# Who may take which step; workers, the team, managers and an inspector are all there are.
ROLES: dict[tuple[str, str | None], set[Role]] = {
    ("suggestions", None): {Role.WORKER},
    ("suggestions", "review"): {Role.TEAM},
    ("suggestions", "approve"): {Role.MANAGER},
    ("suggestions", "reject"): {Role.MANAGER},
    ("suggestions", "defer"): {Role.MANAGER},
    ("suggestions", "reconsider"): {Role.MANAGER},
    ("suggestions", "abandon"): {Role.MANAGER},
    ("suggestions", "withdraw"): {Role.WORKER},
    ("suggestions", "start"): {Role.TEAM},
    ("suggestions", "implement"): {Role.TEAM},
    ("suggestions", "verify"): {Role.TEAM},
    ("suggestions", "merge"): {Role.TEAM},
    ("hazards", None): {Role.WORKER, Role.TEAM, Role.MANAGER, Role.INSPECTOR},
    ("hazards", "assess"): {Role.TEAM},
    ("hazards", "assign"): {Role.MANAGER},
    ("hazards", "resolve"): {Role.WORKER, Role.TEAM},
    ("hazards", "verify"): {Role.MANAGER},
    ("hazards", "reopen"): {Role.TEAM},
    ("hazards", "dismiss"): {Role.TEAM},
    ("hazards", "merge"): {Role.TEAM},
    ("savings", None): {Role.TEAM},
    ("savings", "verify"): {Role.MANAGER},
    ("savings", "reject"): {Role.MANAGER},
}


def cases(chosen: Plan) -> list[list[Request]]:
    found: defaultdict[str, list[Request]] = defaultdict(list)
    for request in chosen.requests:
        if not request.copy:
            found[request.case].append(request)
    return [sorted(steps, key=lambda request: request.step) for steps in found.values()]


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_a_case_runs_forwards(any_plan: Plan) -> None:
    for steps in cases(any_plan):
        times = [step.occurred_at for step in steps]
        assert times == sorted(times)
        assert [step.step for step in steps] == list(range(len(steps)))
        assert steps[0].action is None


def test_everybody_does_what_their_role_may(any_plan: Plan) -> None:
    for request in any_plan.requests:
        assert request.by.role in ROLES[request.kind, request.action]
        assert request.by.enterprise == request.factory.uscc or request.by.role is Role.INSPECTOR


def test_nobody_verifies_their_own_work(any_plan: Plan) -> None:
    for steps in cases(any_plan):
        for done, seen in pairwise(steps):
            if seen.action == "verify":
                assert done.by != seen.by


def test_only_the_author_withdraws_and_by_name(any_plan: Plan) -> None:
    for steps in cases(any_plan):
        if steps[-1].action == "withdraw":
            assert steps[-1].by == steps[0].by
            assert steps[0].body["submitted_as"] == "named"


def test_nothing_is_merged_into_itself_into_what_is_merged_or_into_another_factory(any_plan: Plan) -> None:
    merged = {steps[0].case for steps in cases(any_plan) if steps[-1].action == "merge"}
    factories = {request.case: request.factory for request in any_plan.requests}

    for request in any_plan.requests:
        if request.action == "merge":
            assert request.links["into"] not in merged
            assert factories[request.links["into"]] == request.factory


def test_all_of_it_happens_on_working_days_within_the_six_months(any_plan: Plan) -> None:
    for request in any_plan.requests:
        assert FIRST <= request.occurred_at.date() <= LAST
        if request.action is None:
            assert request.occurred_at.date() in workdays()


def test_nobody_works_on_sundays_or_at_spring_festival() -> None:
    assert not SPRING_FESTIVAL & set(workdays())
    assert min(SPRING_FESTIVAL) == date(2016, 2, 7)
    assert max(SPRING_FESTIVAL) == date(2016, 2, 13)
    assert all(each.weekday() < 5 for each in workdays())


def test_days_that_are_promised_lie_ahead_and_periods_of_savings_behind(any_plan: Plan) -> None:
    for request in any_plan.requests:
        happened = request.occurred_at.date()
        if "due" in request.body:
            assert day(request.body["due"]) >= happened
        if "until" in request.body:
            assert day(request.body["until"]) > happened
        if "period" in request.body:
            period = request.body["period"]
            assert FIRST <= day(period["from"]) <= day(period["to"]) <= happened


def test_no_more_is_confirmed_than_was_claimed(any_plan: Plan) -> None:
    for steps in cases(any_plan):
        if steps[0].kind == "savings" and steps[-1].action == "verify":
            assert 1 <= steps[-1].body["amount_fen"] <= steps[0].body["amount_fen"]


def test_a_saving_comes_after_what_brought_it(any_plan: Plan) -> None:
    happened: dict[str, datetime] = {}
    for steps in cases(any_plan):
        done = [step.occurred_at for step in steps if step.action in {"implement", "resolve"}]
        if done:
            happened[steps[0].case] = done[-1]
    sources = [
        (r, r.links.get("suggestion") or r.links["hazard"])
        for r in any_plan.requests
        if r.kind == "savings" and r.links
    ]

    assert sources
    assert all(happened[source] < request.occurred_at for request, source in sources)


def test_codes_are_those_of_the_lists(any_plan: Plan) -> None:
    for request in any_plan.requests:
        if request.kind == "hazards" and request.body.get("category"):
            factors.entry(request.body["category"])
        if request.action == "assess":
            lec.assess(*(request.body[factor] for factor in ("likelihood", "exposure", "consequence")))
            for cause in request.body["may_cause"]:
                accidents.entry(cause)


def test_the_factories_are_small_well_formed_and_in_nanxun() -> None:
    for factory in FACTORIES:
        assert uscc.checked(factory.uscc) == factory.uscc
        assert factory.registration()["region"] == NANXUN
        industries.entry(factory.industry)
        assert factory.employees < 300
        assert (
            sizes.size_class(factory.industry, factory.employees, factory.revenue_cny, None).size == "small"
        )
    assert len({factory.uscc for factory in FACTORIES}) == 5
