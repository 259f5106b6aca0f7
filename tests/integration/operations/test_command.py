"""``nanxun deadletters`` as an operator types it: each word decides what it says, and nothing else."""

import pytest

from deploy.operations.letters import State
from tests.integration.operations.test_deadletters import a_letter, found
from tests.integration.projection.conftest import Stage
from tests.nanxun import nanxun


@pytest.mark.parametrize(("word", "verdict"), [("redrive", State.REDRIVEN), ("discard", State.DISCARDED)])
async def test_what_is_typed_is_what_is_decided_on_the_letters_that_fit(
    figures: Stage, word: str, verdict: State
) -> None:
    await a_letter(figures)

    fits_none = await nanxun(figures.settings, "deadletters", word, "--all", "--reason", "key", "--yes")
    (before,) = await found(figures.settings, state=None)
    status, said = await nanxun(figures.settings, "deadletters", word, "--all", "--yes")

    (after,) = await found(figures.settings, state=None)
    assert (fits_none[0], before.state) == (0, State.OPEN), fits_none
    assert (status, after.state) == (0, verdict), said
