"""The table of goals: a row for each promise that is a number; a new promise is a new row here."""

from tests.bench import freshness, intake, projection, reads, relay
from tests.bench.frame import Goal, Row

# What growth is reckoned from; nobody is promised a cost.
_NO_GOAL = Goal()
_CPU = "CPU s per 1,000"
# What the nation submits and does in a second, over the day, in the planning case.
_NATION = 336

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
        f"freshness p99 at {_NATION} commands/s, from the 201 to the figure",
        freshness.at(_NATION),
        "ms",
        Goal(most=1_000),
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
)
