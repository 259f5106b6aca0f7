"""What a run of the registry remembers, and what it says of itself."""

from pathlib import Path

import pytest

from deploy.local.errors import Unavailable
from deploy.registry.account import Account, Phase
from deploy.registry.copies import followers
from deploy.registry.tables import limit
from shared.events.topology import SERVICES


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    account = Account.of(tmp_path, seed=1, enterprises=1_000)
    account.imported = 300
    account.phase("alone").reached(200, 200, after=2.0)
    account.write()

    again = Account.of(tmp_path, seed=1, enterprises=1_000)

    assert again == account
    assert again.phase("alone").rate == 100


def test_another_nation_does_not_go_on_with_it(tmp_path: Path) -> None:
    Account.of(tmp_path, seed=1, enterprises=1_000).write()

    with pytest.raises(Unavailable, match="holds a run of 1000 enterprises by seed 1"):
        Account.of(tmp_path, seed=1, enterprises=2_000)


def test_the_slope_of_a_phase_is_told_by_tenths_however_seldom_it_was_looked_at() -> None:
    phase = Phase()

    phase.reached(250, 1_000, after=2.5)
    phase.reached(1_000, 1_000, after=15.0)

    assert phase.tenths(1_000) == pytest.approx([100, 100, 66.7, *[50] * 7], abs=0.1)


def test_memory_is_told_for_the_first_half_and_for_all_of_it() -> None:
    phase = Phase()

    phase.holds({"api": 90.0}, 1_000)
    phase.reached(600, 1_000, after=1.0)
    phase.holds({"api": 120.0}, 1_000)

    assert (phase.early, phase.resident) == ({"api": 90.0}, {"api": 120.0})


@pytest.mark.parametrize(
    ("busy", "said"),
    [
        ({"api": 10.0, "mongod": 9.5}, "the 2 cores are full"),
        ({"api": 9.8, "mongod": 3.0}, "api has a whole core"),
        ({"api": 3.0, "mongod": 3.0}, "neither the 2 cores"),
        ({}, "nothing was measured"),
    ],
)
def test_what_limits_a_phase_is_told_by_what_its_processes_had(
    busy: dict[str, float], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    assert said in limit(Phase(seconds=10.0, busy=busy))


def test_a_run_waits_for_the_copy_of_every_service_that_follows_the_register() -> None:
    services = {name for name, bus in SERVICES.items() if "enterprises" in bus.follows}

    assert {one.service for one in followers()} == services == {"hazards", "reporting", "suggestions"}
