"""Where the servers answer, and what is said when something that is needed cannot be had."""

from dataclasses import dataclass


class Unavailable(Exception):  # noqa: N818 - named as the refusal it is
    """Something that is needed cannot be had here; the message is one sentence and its remedy."""


@dataclass(frozen=True)
class Addresses:
    """What a client needs to reach Kafka and MongoDB."""

    kafka: str  # bootstrap servers
    mongo: str  # a URI
    origin: str = "settings"  # how they came to be: settings, Docker, native, or several of these
