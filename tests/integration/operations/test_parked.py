"""Cases that a bug has stopped are listed with it, and go on once they are released and it is mended."""

import pytest

from deploy.operations.parked import list_parked, release_parked
from tests.facts import records
from tests.integration.operations.conftest import KEY, PATIENCE_SECONDS, Screen, failing
from tests.integration.projection.conftest import Stage
from tests.support import eventually


async def parked(figures: Stage, *cases: str) -> None:
    for case in cases:
        await figures.send(records(case, 1, 2, 3, enterprise=KEY))
    async with figures.playing(fold=failing).running():
        await eventually(lambda: figures.reaches("hazards", 0, 3 * len(cases)), deadline=PATIENCE_SECONDS)


async def test_parked_cases_are_listed_with_their_bug_and_counted(figures: Stage, screen: Screen) -> None:
    await parked(figures, "hz_1", "hz_2")

    await list_parked(figures.settings, None, 1, screen.console)

    assert "ZeroDivisionError: a bug in the fold" in screen.text
    assert "reporting-figures" in screen.text
    assert "2 cases are parked; 1 are shown." in screen.text


@pytest.mark.promise(4)
async def test_a_released_case_goes_on_and_the_others_stand(
    figures: Stage, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    await parked(figures, "hz_1", "hz_2")

    async with figures.running():
        cases = ["hz_1", "hz_nobody"]
        status = await release_parked(figures.settings, cases, None, screen.console, yes=False, wait=True)
        one, two = await figures.case("hz_1", KEY), await figures.case("hz_2", KEY)

    assert status == 2
    assert "hz_nobody: refused, it is not parked." in capsys.readouterr().err
    assert "All of it is applied." in screen.text
    assert one is not None
    assert (one["version"], "parked" in one, "stuck" in one) == (3, False, False)
    assert two is not None
    assert "parked" in two


async def test_all_are_released_at_once(figures: Stage, screen: Screen) -> None:
    await parked(figures, "hz_1", "hz_2")

    async with figures.running():
        assert (
            await release_parked(figures.settings, None, "figures", screen.console, yes=True, wait=True) == 0
        )

    await list_parked(figures.settings, None, 50, screen.console)
    assert "0 cases are parked." in screen.text
