"""Where the servers answer, and which of their processes are ours."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.local.processes import Child


@dataclass(frozen=True)
class Addresses:
    """What a client needs to reach Kafka and MongoDB."""

    kafka: str  # bootstrap servers
    mongo: str  # a URI
    origin: str = "settings"  # or Docker, or native: how they came to be
    # Those we run ourselves; a test may freeze or kill them, `nanxun up` starts them again.
    processes: Sequence[Child] = field(default=(), compare=False)
