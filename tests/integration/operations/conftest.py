"""The projection of the figures, with records that some build of it cannot read or apply."""

from collections.abc import AsyncIterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from services.reporting.bus import FIGURES
from shared.events.base import Fact, Recorded
from shared.projection import Folded, Projection
from shared.settings import Settings
from tests.integration.projection.conftest import Stage, enterprise, stage_on

# Of its own types; a stage only hands it on.
PROJECTION: Projection[Any, Any] = FIGURES
KEY = enterprise(0, 3)
PATIENCE_SECONDS = 30.0


@pytest.fixture
async def figures(settings: Settings, topics: list[str]) -> AsyncIterator[Stage]:
    """The projection of the figures, as an operator's commands know it."""
    assert settings.topic("hazards") in topics
    async with stage_on(settings) as ready:
        yield replace(ready, projection=PROJECTION)


def failing(state: Any, event: Recorded[Fact]) -> Folded[Any, Any]:
    """Fold as a build does that has a bug about second events."""
    if event.sequence == 2:
        raise ZeroDivisionError("a bug in the fold")
    return PROJECTION.fold(state, event)


class Screen:
    """What a command has printed."""

    def __init__(self) -> None:
        self.console = Console(file=StringIO(), width=200, color_system=None)

    @property
    def text(self) -> str:
        """All of it."""
        assert isinstance(self.console.file, StringIO)
        return self.console.file.getvalue()


@pytest.fixture
def screen() -> Screen:
    return Screen()
