"""What a run of faults needs, wherever its servers are."""

from tests.e2e.faults.conftest import native, seed

__all__ = ["native", "seed"]
