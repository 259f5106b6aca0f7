"""The table of goals: a row for each promise that is a number; a new promise is a new row here."""

from tests.bench import cluster, freshness, intake, lanes, projection, reads, registry, relay
from tests.bench.frame import Goal, Row, Trial

# What growth is reckoned from; nobody is promised a cost.
_NO_GOAL = Goal()
_CPU = "CPU s per 1,000"
# What the nation submits and does in a second, over the day, in the planning case.
_NATION = 336
# Three times that.
_MUCH = 1_000
# MB.
_PROJECTION, _OTHERS = 400, 250

# The processes whose memory is read under load: what they are, who measures them, and what they may hold.
_MEMORY: tuple[tuple[str, Trial, str, int], ...] = (
    ("the projection of reporting", projection.TRIAL, "projection", _PROJECTION),
    ("an API that takes forms", intake.TRIAL, "intake", _OTHERS),
    ("an API that imports", registry.TRIAL, "registry import", _OTHERS),
    ("a relay", relay.TRIAL, "relay", _OTHERS),
    ("a copy of the register", registry.TRIAL, "registry copy", _PROJECTION),
)

ROWS: tuple[Row, ...] = (
    Row(
        "projection, exactly once, beside a bare loop",
        projection.TRIAL,
        "events/s",
        Goal(least=12_000, ratio=0.8),
        reference="bare loop",
    ),
    Row(
        "projection, exactly once, beside the idiomatic handler",
        projection.TRIAL,
        "events/s",
        Goal(ratio=40),
        reference="idiomatic",
    ),
    Row(
        "projection on three brokers, replication 3, and three members",
        cluster.TRIAL,
        "events/s",
        Goal(least=5_000),
    ),
    *(
        Row(
            f"projection by {lanes.figure(count)} over 12 lanes, all on this machine",
            lanes.TRIAL,
            "events/s",
            _NO_GOAL,
            ours=lanes.figure(count),
            reference=lanes.figure(1) if count > 1 else None,
        )
        for count in lanes.PROCESSES
    ),
    Row(
        "intake, durable, beside the same application storing nothing",
        intake.TRIAL,
        "requests/s",
        Goal(ratio=0.6),
        reference="nothing",
    ),
    Row(
        "intake, durable, beside a write per request",
        intake.TRIAL,
        "requests/s",
        Goal(ratio=2),
        reference="single",
    ),
    Row("relay, sent and marked", relay.TRIAL, "events/s", Goal(least=15_000), reference="bare producer"),
    Row(
        "registry: imported alone",
        registry.TRIAL,
        "enterprises/s",
        Goal(least=10_000),
        ours="alone",
        reference="insert_many",
    ),
    Row(
        "registry: imported, published and in every copy",
        registry.TRIAL,
        "enterprises/s",
        Goal(least=3_000),
        ours="whole",
    ),
    Row(
        f"freshness p99 at {_NATION} commands/s, from the 201 to the figure",
        freshness.at(_NATION),
        "ms",
        Goal(most=1_000),
    ),
    Row(
        f"freshness p99 at {_MUCH:,} commands/s, from the 201 to the figure",
        freshness.at(_MUCH),
        "ms",
        _NO_GOAL,
    ),
    Row(
        "national total over 12 months, p99 while the projection runs",
        reads.TRIAL,
        "ms",
        Goal(most=50),
        ours="nation",
    ),
    Row(
        "national by province over 12 months, p99 while the projection runs",
        reads.TRIAL,
        "ms",
        Goal(most=150),
        ours="provinces",
    ),
    *(
        Row(f"CPU of a command's {part}", intake.TRIAL, _CPU, _NO_GOAL, ours=f"intake: {part}")
        for part in ("process", "mongod")
    ),
    *(
        Row(
            f"CPU of an imported enterprise: {part}",
            registry.TRIAL,
            _CPU,
            _NO_GOAL,
            ours=f"registry import: {part}",
        )
        for part in ("process", "mongod")
    ),
    *(
        Row(f"CPU of the relay, per event: {part}", relay.TRIAL, _CPU, _NO_GOAL, ours=f"relay: {part}")
        for part in ("process", "mongod", "Kafka")
    ),
    *(
        Row(
            f"CPU of the projection, per event: {part}",
            projection.TRIAL,
            _CPU,
            _NO_GOAL,
            ours=f"projection: {part}",
        )
        for part in ("process", "mongod", "Kafka")
    ),
    Row("a stored event, on one member's disk", relay.TRIAL, "bytes", _NO_GOAL, ours="stream bytes"),
    Row("an event on the log, one replica", projection.TRIAL, "bytes", _NO_GOAL, ours="log bytes"),
    Row(
        "what an event adds to the read model, one member",
        projection.TRIAL,
        "bytes",
        _NO_GOAL,
        ours="read model bytes",
    ),
    *(
        Row(f"memory of {what}, at most", trial, "MB", Goal(most=bound), ours=f"{work}: memory")
        for what, trial, work, bound in _MEMORY
    ),
)
