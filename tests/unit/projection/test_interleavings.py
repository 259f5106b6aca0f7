"""Any interleaving of what may befall a lane gives the fold of its log, and so does a rebuild."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.mongo import Document
from shared.projection.cases import Fold
from tests.lanes.machine import Lane
from tests.lanes.memory import Memory
from tests.lanes.telling import Telling
from tests.lanes.working import Store


class InMemory(Lane):
    """The lane over a store in memory: thousands of interleavings, and the pure parts as they are."""

    def opened(self, fold: Fold[Document, Telling]) -> Store:
        """Return an empty store."""
        return Memory(fold)


@pytest.mark.promise(2, 3, 7)
def test_whatever_befalls_a_lane_its_read_model_is_the_fold_of_its_log() -> None:
    many = settings(suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(InMemory, settings=many)
