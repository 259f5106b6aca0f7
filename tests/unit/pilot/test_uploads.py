"""Forms arrive late, out of order and twice, and yet none arrives before what it needs."""

from datetime import timedelta
from itertools import pairwise

from deploy.pilot.plan import Plan


def test_what_a_form_needs_is_sent_before_it(any_plan: Plan) -> None:
    sent: set[tuple[str, int]] = set()
    for request in any_plan.requests:
        assert not request.step or (request.case, request.step - 1) in sent
        assert all((case, 0) in sent for case in request.links.values())
        sent.add((request.case, request.step))


def test_a_copy_follows_its_form_at_once_or_days_later(whole: Plan) -> None:
    forms = {(each.case, each.step): each for each in whole.requests if not each.copy}
    waits = [each.sent_at - forms[each.case, each.step].sent_at for each in whole.requests if each.copy]

    assert sum(wait == timedelta() for wait in waits) > 300
    assert sum(wait > timedelta(hours=12) for wait in waits) > 150
    assert all(wait <= timedelta(days=6) for wait in waits)


def test_some_forms_are_late_and_reach_us_in_another_order_than_they_were_written(whole: Plan) -> None:
    late = [each for each in whole.requests if each.late and not each.copy]
    turned = [one for one, other in pairwise(late) if one.occurred_at > other.occurred_at]

    assert len(late) > 500
    assert len(turned) > 100


def test_nothing_is_sent_before_it_happened(any_plan: Plan) -> None:
    assert all(request.sent_at >= request.occurred_at for request in any_plan.requests)
