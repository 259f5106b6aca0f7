"""What a lane leaves behind of what failed."""

import gc
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast
from weakref import ref

import pytest
from aiokafka import TopicPartition

from shared.projection import lane
from shared.projection.lane import Lanes


class Kept:
    """What a unit of work had read when it failed."""


class Failing:
    """Decisions of a lane that cannot be looked at; what was read for it is known to the error alone."""

    def __init__(self) -> None:
        seats = SimpleNamespace(label="tales", generation=None, seated={TopicPartition("hazards", 0): None})
        seats.reseat = lambda *_args, **_named: None
        self.client = self.projection = None
        self.seats = seats
        self.kept: list[ref[Kept]] = []

    def due(self, _lane: int) -> bool:
        """Fail with an error that knows itself, as one does that was raised again."""
        read = Kept()
        self.kept.append(ref(read))
        error: Any = ZeroDivisionError("a bug")
        error.read, error.itself = read, error
        raise error


@pytest.fixture
def no_sweep_but_ours() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_sweep_but_ours")
@pytest.mark.parametrize(("seconds", "stays"), [(0.0, False), (60.0, True)])
async def test_what_failed_before_is_let_go_of_though_not_at_every_failure(
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    stays: bool,  # noqa: FBT001 - a case of the test
) -> None:
    monkeypatch.setattr(lane, "_SWEEP_SECONDS", seconds)
    failing = Failing()
    lanes = Lanes(cast("Any", failing), cast("Any", None))

    await lanes.decide(0)
    await lanes.decide(0)

    assert (failing.kept[0]() is not None) is stays
