"""What is planted is planted exactly, whatever the seed; and there is some of everything."""

from collections import Counter

from deploy.pilot.plan import SAVED_FEN, Plan, Targets, plan
from deploy.pilot.shares import shares
from deploy.pilot.tally import Figures, tally


def total(chosen: Plan) -> Figures:
    whole: Figures = Counter()
    for figures in chosen.tally.values():
        whole.update(figures)
    return whole


def planted(chosen: Plan) -> Targets:
    counted = total(chosen)
    return Targets(
        len({uscc for uscc, _ in chosen.tally}),
        counted["suggestions_submitted"],
        counted["hazards_resolved"],
        counted["savings_claimed_fen"],
    )


def test_the_pilot_is_planted_to_the_last_fen(whole: Plan) -> None:
    assert planted(whole) == whole.targets == Targets(5, 1_600, 1_000, 2_500_000_000)


def test_a_smaller_pilot_of_any_seed_holds_its_totals(small: Plan) -> None:
    assert planted(small) == small.targets
    assert small.targets.savings_fen < SAVED_FEN


def test_what_ends_open_was_reported_and_not_closed(whole: Plan) -> None:
    figures = total(whole)
    closed = figures["hazards_resolved"] + figures["hazards_dismissed"] + figures["hazards_merged"]

    assert figures["hazards_reported"] == 1_110
    assert figures["hazards_reported"] - closed == 57
    assert figures["hazards_reopened"] == 67
    assert figures["hazards_resolutions"] == 1_055 + 12


def test_there_is_some_of_everything(any_plan: Plan) -> None:
    figures = total(any_plan)

    assert all(
        figures[f"suggestions_{outcome}"]
        for outcome in ("rejected", "deferred", "withdrawn", "merged", "implemented", "verified")
    )
    assert figures["hazards_unclassified"]
    assert 0 < figures["savings_verified_fen"] < figures["savings_claimed_fen"]


def test_the_factories_are_unequal_and_all_take_part_in_the_end(whole: Plan) -> None:
    april = {
        uscc: figures["suggestions_submitted"]
        for (uscc, month), figures in whole.tally.items()
        if month == 201604
    }

    assert len(april) == 5
    assert max(april.values()) > 2 * min(april.values())


def test_a_form_sent_twice_is_counted_once(whole: Plan) -> None:
    once = [request for request in whole.requests if not request.copy]

    assert len(once) < len(whole.requests)
    assert tally(once) == whole.tally


def test_the_same_seed_gives_the_same_forms_and_another_one_others() -> None:
    first, again, other = plan(1, 0.05), plan(1, 0.05), plan(2, 0.05)

    assert first.requests == again.requests
    assert {first.key(request) for request in first.requests} == {again.key(r) for r in again.requests}
    assert not {first.key(request) for request in first.requests} & {other.key(r) for r in other.requests}


def test_a_copy_has_the_key_of_its_form_and_every_form_its_own(whole: Plan) -> None:
    keys = {(request.case, request.step): whole.key(request) for request in whole.requests}

    assert len(set(keys.values())) == len(keys)
    assert all(whole.key(request) == keys[request.case, request.step] for request in whole.requests)


def test_parts_add_up_to_their_total() -> None:
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(shares(2_500_000, [0.29, 0.16, 0.27, 0.17, 0.11])) == 2_500_000
