"""Every metric of the platform, declared once with its meaning; labels have bounded values.

Never an enterprise, a county or a person: a label's values are counted in tens.
"""

from prometheus_client import Counter, Gauge, Histogram

# From a trivial read to the 5 s after which a client must have heard of a store that is away.
_REQUEST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# A batch is cut by time, so that none runs for seconds; the upper ones show when that fails.
_BATCH = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# Other people's servers: up to the time limit of an attempt.
_DELIVERY = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)
# Doubling: a group grows with the load.
_GROUP = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

http_request_seconds = Histogram(
    "nanxun_http_request_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ["service", "route", "status"],
    buckets=_REQUEST,
)
commands = Counter(
    "nanxun_commands_total",
    "Commands by what became of them (accepted, repeated, refused, conflict, unknown).",
    ["service", "command", "outcome"],
)
group_commit_size = Histogram(
    "nanxun_group_commit_size", "Commands written together in one bulk write.", buckets=_GROUP
)
commit_queue = Gauge(
    "nanxun_commit_queue",
    "Share of the room for commands that wait to be stored; at 1 the next one is refused.",
    ["stream"],
)
commit_refusals = Counter(
    "nanxun_commit_refusals_total",
    "Bulk writes that MongoDB did not confirm, by why (away, disk-full, not-allowed, refused). Whoever sent"
    " one of their commands is told so, and sends it again.",
    ["stream", "reason"],
)
clock_offset_seconds = Gauge(
    "nanxun_clock_offset_seconds",
    "The clock that gives recorded_at, ahead of the store's (negative: behind it).",
    ["service"],
)
unpublished_events = Gauge(
    "nanxun_unpublished_events",
    "Events stored and not yet acknowledged by Kafka, of the first 500,000 cases that wait, as of the last"
    " look. Each relay tells it of its whole service: take the max.",
    ["service"],
)
unpublished_oldest_seconds = Gauge(
    "nanxun_unpublished_oldest_seconds",
    "Everything stored longer ago than this is acknowledged by Kafka: the age of the oldest event that waits,"
    " or of the look that found none. Each relay tells it of its whole service: take the max.",
    ["service"],
)
published_events = Counter(
    "nanxun_published_events_total", "Events acknowledged by Kafka, repeats included.", ["topic", "type"]
)
topic_wrong = Gauge(
    "nanxun_topic_wrong",
    "1 while a topic is not as it was promised, by what is wrong (partitions, replication, retention,"
    " compaction, in-sync, or unseen: Kafka does not show how it is configured). Told by the relay that"
    " publishes to it.",
    ["topic", "what"],
)
watermark_seconds = Gauge(
    "nanxun_watermark_seconds",
    "Age of the time before which all that a service recorded is published, as last heard from it; of one"
    " that was never heard, the time that this process has listened.",
    ["service"],
)
projection_lag_records = Gauge(
    "nanxun_projection_lag_records",
    "Records between a projection's next offset and the end of the partition, as of the last look at the"
    " log. Each process tells it of the partitions that it was assigned; one that has none, of all: take the"
    " max by partition, then the sum.",
    ["projection", "topic", "partition"],
)
projection_lag_known_seconds = Gauge(
    "nanxun_projection_lag_known_seconds",
    "Age of the last look at the log, of the partition where it is oldest; lag is as of then. Take the max.",
    ["projection"],
)
projection_freshness_seconds = Gauge(
    "nanxun_projection_freshness_seconds",
    "Everything that came to the log longer ago than this is applied: the age of the oldest record that is"
    " not, or of the look that found none, whichever is known. Before anything is known, the time that this"
    " process has looked. Take the max.",
    ["projection", "topic"],
)
projection_events = Counter(
    "nanxun_projection_events_total",
    "Events by what a projection did with them (applied, duplicate, gap, skipped, dead, parked).",
    ["projection", "type", "outcome"],
)
projection_write_conflicts = Counter(
    "nanxun_projection_write_conflicts_total",
    "Transactions that MongoDB ended since another was writing the same document. Lanes write no document in"
    " common: more than 0 is a second writer, except while a lane moves from one process to another.",
    ["projection"],
)
projection_lane_stopped = Gauge(
    "nanxun_projection_lane_stopped",
    "1 while a lane stands still until an operator acts, by why (log-gap, other-log, held-full,"
    " wrong-topic, our-bug). Told by the process that was assigned the lane.",
    ["projection", "lane", "reason"],
)
projection_held_events = Gauge(
    "nanxun_projection_held_events",
    "Events that wait for their predecessor in their case, or behind a parked one. Each process tells it of"
    " its own lanes: take the sum.",
    ["projection"],
)
projection_parked_cases = Gauge(
    "nanxun_projection_parked_cases",
    "Cases that our own bug has stopped, until an operator releases them. Each process tells it of its own"
    " lanes: take the sum.",
    ["projection"],
)
projection_holes = Gauge(
    "nanxun_projection_holes",
    "Events of a case that could not be read and were neither redriven nor discarded. Each process tells it"
    " of its own lanes: take the sum.",
    ["projection"],
)
projection_retries = Counter(
    "nanxun_projection_retries_total",
    "Units of work that were refused and are tried again, by why (lane-lost, commit-unknown, away, disk-full,"
    " not-allowed, refused, kafka); as our-bug, generations that are not read and were ended by one, and are"
    " fed again.",
    ["projection", "reason"],
)
projection_batch_seconds = Histogram(
    "nanxun_projection_batch_seconds",
    "Time of one transaction of a lane, from its first read to its commit.",
    ["projection"],
    buckets=_BATCH,
)
dead_letters = Counter(
    "nanxun_dead_letters_total",
    "Records that could not be read and went to <topic>.dead.",
    ["topic", "reason"],
)
deliveries = Counter("nanxun_deliveries_total", "Webhook deliveries by outcome of the attempt.", ["outcome"])
delivery_seconds = Histogram(
    "nanxun_delivery_seconds", "Time of one attempt to deliver a webhook.", buckets=_DELIVERY
)
