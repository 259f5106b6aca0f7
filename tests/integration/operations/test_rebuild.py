"""``nanxun rebuild`` may be given again by whoever does not know that it was: it goes no further."""

import pytest

from deploy.operations.errors import NotNow
from deploy.operations.followed import named
from deploy.operations.rebuild import Command
from shared.projection.generation import current
from shared.projection.rebuild import intent
from tests.integration.operations.conftest import Screen
from tests.integration.projection.conftest import Stage


@pytest.mark.promise(7)
async def test_a_way_back_that_is_asked_for_twice_is_gone_once(figures: Stage, screen: Screen) -> None:
    name = figures.projection.name
    await intent.switch(figures.database, name, await intent.begin(figures.database, name))
    command = Command(figures.settings, screen.console, named("figures"))

    async def read_after(*, forward: bool) -> int:
        assert await command.roll_back(forward=forward) == 0
        return (await current(figures.database, name)).number

    assert await read_after(forward=True) == 2
    assert [await read_after(forward=False) for _ in range(2)] == [1, 1]
    assert "generation 1 is read already" in screen.text
    assert "`nanxun rebuild reporting-figures --forward`" in screen.text
    assert [await read_after(forward=True) for _ in range(2)] == [2, 2]


async def test_a_log_that_is_not_what_the_settings_say_is_not_called_lost(
    figures: Stage, screen: Screen
) -> None:
    settings = figures.settings.model_copy(update={"partitions": figures.settings.partitions + 1})

    with pytest.raises(NotNow, match="wrong-topic") as refused:
        await Command(settings, screen.console, named("figures")).build()

    assert "republish" not in str(refused.value)
