"""A lane that fails is tried again at once, then ever later, and not for ever as it came."""

from shared.projection.patience import Patience

# One in five seconds.
DAY_OF_FAILURES = 17_280


def test_one_failure_is_tried_again_at_once_and_more_wait_ever_longer_up_to_a_limit() -> None:
    patience, waited = Patience(), list[float]()
    for _ in range(9):
        patience.refused(0)
        waited.append(patience.seconds(0))

    assert waited == [0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_lane_that_fails_for_a_day_is_still_tried_again() -> None:
    patience = Patience()
    for _ in range(DAY_OF_FAILURES):
        patience.failed(0)

    assert patience.seconds(0) == 5.0


def test_however_often_a_server_refuses_no_record_is_blamed_for_it() -> None:
    patience = Patience()
    for _ in range(9):
        patience.refused(0)

    assert not patience.is_over(0)


def test_a_failure_of_ours_is_over_after_three_tries_in_its_lane_alone_until_the_lane_goes_on() -> None:
    patience, over = Patience(), list[bool]()
    for _ in range(3):
        patience.failed(0)
        over.append(patience.is_over(0))
    assert over == [False, False, True]
    assert not patience.is_over(1)

    patience.went_on(0)

    assert not patience.is_over(0)
    assert patience.seconds(0) == 0.0
