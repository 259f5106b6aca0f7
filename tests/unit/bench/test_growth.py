"""The arithmetic of growth: more events need more of everything, and each figure follows from its cost."""

from dataclasses import replace

import pytest

from tests.bench.growth import BUSY, REPLICAS, SCENARIOS, Costs, Scenario, needs

COSTS = Costs(
    intake=0.5,
    intake_mongod=0.2,
    relay=0.06,
    relay_mongod=0.1,
    relay_kafka=0.05,
    projection=0.12,
    projection_mongod=0.12,
    projection_kafka=0.01,
    stream_bytes=140,
    log_bytes=120,
    model_bytes=400,
)
PLANNED = SCENARIOS[0]


def test_the_planning_case_has_the_load_that_the_domain_derives() -> None:
    assert round(PLANNED.per_second) == 336
    assert PLANNED.per_year == pytest.approx(1.06e10, rel=0.01)


def test_cores_are_peak_times_cost_with_the_headroom_for_a_host_that_fails() -> None:
    need = needs(PLANNED, COSTS)

    assert need.cores["api"] == pytest.approx(2.863 * 0.5 / BUSY)
    assert need.cores["mongod, read models"] == pytest.approx(2.863 * 0.12 / BUSY * REPLICAS)
    assert need.first == "mongod, stream documents"


def test_a_process_more_than_the_cores_ask_for_is_there_where_one_alone_would_do() -> None:
    assert min(needs(Scenario("tiny", 1, 1), COSTS).processes.values()) == 2


def test_a_year_on_disk_is_three_copies_of_every_byte() -> None:
    assert needs(PLANNED, COSTS).terabytes["log"] == pytest.approx(PLANNED.per_year * 120 * 3 / 1e12)


def test_a_rebuild_takes_a_years_events_at_full_speed_of_the_processes_that_are_there() -> None:
    need = needs(PLANNED, COSTS)

    a_day = need.processes["projection"] * 1_000 / COSTS.projection * 86_400
    assert need.rebuild_days == pytest.approx(PLANNED.per_year / a_day)


def test_shards_grow_with_the_data_even_where_the_work_is_small() -> None:
    work = needs(PLANNED, COSTS).shards["read models"]
    data = needs(PLANNED, replace(COSTS, model_bytes=40_000)).shards["read models"]

    assert (work, data > 10 * work) == (2, True)


def test_every_step_up_has_lanes_for_its_processes() -> None:
    lanes = [needs(scenario, COSTS).lanes for scenario in SCENARIOS]

    assert lanes == sorted(lanes)
    assert all(needs(s, COSTS).processes["projection"] <= n for s, n in zip(SCENARIOS, lanes, strict=True))
