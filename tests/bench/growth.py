"""What the nation needs, reckoned from measured costs: cores, processes, lanes, shards, disks, rebuilds.

Pure arithmetic; the loads are those of three scenarios, each a share of the 42 million enterprises at work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

_YEAR_DAYS = 365
_DAY_SECONDS = 86_400
_THOUSAND = 1_000
# Of each event there are three copies, on brokers as on members of a replica set.
REPLICAS = 3
# A host of the cluster, and how busy it may be in the busiest minute: one of three may fail.
CORES = 16
BUSY = 0.6
# What one member keeps before its first synchronisation takes more than a night, at 200 MB a second.
SHARD_BYTES = 4e12
# So that a lane too many for one process can move to another.
LANES_PER_PROCESS = 3
# Lanes are made once; each step is a new generation of the topics.
_LANES = (12, 24, 48, 96, 192, 384, 768, 1_536)


@dataclass(frozen=True, slots=True)
class Scenario:
    """How much happens.

    Attributes:
        name: as in docs/scaling.md.
        events: a day.
        peak: events a second in the busiest hour, at the end of the shift.
    """

    name: str
    events: float
    peak: float

    @property
    def per_second(self) -> float:
        """Events a second over the whole day."""
        return self.events / _DAY_SECONDS

    @property
    def per_year(self) -> float:
        """Events in a year."""
        return self.events * _YEAR_DAYS


SCENARIOS = (
    Scenario("B: 42 million, by their size", 29.0e6, 2_863),
    Scenario("C: a tenth, as active as the pilot", 72.62e6, 7_157),
    Scenario("D: all, as active as the pilot", 726.2e6, 71_568),
)


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU seconds per thousand events, and bytes per event of one copy."""

    intake: float
    intake_mongod: float
    relay: float
    relay_mongod: float
    relay_kafka: float
    projection: float
    projection_mongod: float
    projection_kafka: float
    stream_bytes: float
    log_bytes: float
    model_bytes: float

    @classmethod
    def of(cls, figures: Mapping[str, float]) -> "Costs":
        """Return the costs that a run of the benchmarks has measured, by the names of its rows.

        Raises:
            KeyError: the run has not measured one of them.
        """
        return cls(**{field: figures[row] for field, row in ROWS.items()})


ROWS = {
    "intake": "CPU of a command's process",
    "intake_mongod": "CPU of a command's mongod",
    "relay": "CPU of the relay, per event: process",
    "relay_mongod": "CPU of the relay, per event: mongod",
    "relay_kafka": "CPU of the relay, per event: Kafka",
    "projection": "CPU of the projection, per event: process",
    "projection_mongod": "CPU of the projection, per event: mongod",
    "projection_kafka": "CPU of the projection, per event: Kafka",
    "stream_bytes": "a stored event, on one member's disk",
    "log_bytes": "an event on the log, one replica",
    "model_bytes": "what an event adds to the read model, one member",
}


@dataclass(frozen=True, slots=True)
class Need:
    """What a scenario needs in its busiest minute, and in a year.

    Attributes:
        cores: by part, with the headroom.
        processes: by role; each keeps about one core busy.
        lanes: partitions of every topic.
        shards: by store, each a replica set of three.
        terabytes: by store and year, all copies.
        rebuild_days: for a year's log, by the processes that the peak needs.
    """

    cores: Mapping[str, float]
    processes: Mapping[str, int]
    lanes: int
    shards: Mapping[str, int]
    terabytes: Mapping[str, float]
    rebuild_days: float

    @property
    def first(self) -> str:
        """What is exhausted first as the load grows: the part that needs most."""
        return max(self.cores, key=lambda part: self.cores[part])


def needs(of: Scenario, costs: Costs) -> Need:
    """Return what ``of`` needs."""
    thousands = of.peak / _THOUSAND / BUSY
    cores = {
        "api": thousands * costs.intake,
        "relay": thousands * costs.relay,
        "projection": thousands * costs.projection,
        # Each member does the work of the primary once more.
        "mongod, stream documents": REPLICAS * thousands * (costs.intake_mongod + costs.relay_mongod),
        "mongod, read models": REPLICAS * thousands * costs.projection_mongod,
        "Kafka": thousands * (REPLICAS * costs.relay_kafka + costs.projection_kafka),
    }
    processes = {role: max(ceil(cores[role]), 2) for role in ("api", "relay", "projection")}
    wanted = processes["projection"] * LANES_PER_PROCESS
    terabytes = {
        "stream documents": _terabytes(of, costs.stream_bytes),
        "log": _terabytes(of, costs.log_bytes),
        "read models": _terabytes(of, costs.model_bytes),
    }
    return Need(
        cores=cores,
        processes=processes,
        lanes=next((lanes for lanes in _LANES if lanes >= wanted), wanted),
        shards={
            store: _shards(cores[f"mongod, {store}"], terabytes[store])
            for store in ("stream documents", "read models")
        },
        terabytes=terabytes,
        rebuild_days=of.per_year / (processes["projection"] / costs.projection * _THOUSAND) / _DAY_SECONDS,
    )


def _terabytes(of: Scenario, bytes_each: float) -> float:
    return of.per_year * bytes_each * REPLICAS / 1e12


def _shards(cores: float, terabytes: float) -> int:
    """As many replica sets as a year's data and the peak's work ask for."""
    return max(ceil(cores / REPLICAS / CORES), ceil(terabytes * 1e12 / REPLICAS / SHARD_BYTES), 1)
