"""Where everything stands: what is unpublished, what is not applied, what stands still; None is not known."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.projection.stuck import Stuck


@dataclass(slots=True)
class Published:
    """One topic of one service; None is not known.

    Attributes:
        unpublished: events that Kafka has not acknowledged.
        oldest: when the oldest of them was stored; absent where there is none.
    """

    service: str
    topic: str
    unpublished: int | None = None
    oldest: datetime | None = None


@dataclass(slots=True)
class Applied:
    """One topic of one projection; None is not known.

    Attributes:
        lag: records that are still to be applied.
        oldest: when the oldest of them came; absent where there is none.
        dead: open dead letters.
    """

    topic: str
    lag: int | None = None
    oldest: datetime | None = None
    dead: int | None = None


@dataclass(slots=True)
class Read:
    """One projection; None is not known.

    Attributes:
        stopped: lanes that stand still, by why, as far as the stores tell it.
    """

    name: str
    topics: list[Applied]
    stuck: Stuck | None = None
    stopped: dict[int, str] | None = None


@dataclass(slots=True)
class Whole:
    """Where everything stands.

    Attributes:
        watermarks: by service, before when all that it recorded is published, as reports know it.
        troubles: what could not be asked.
    """

    published: list[Published] = field(default_factory=list)
    read: list[Read] = field(default_factory=list)
    watermarks: dict[str, datetime] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
