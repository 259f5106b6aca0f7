"""An edition of the log: all of its topics, with one number of partitions; more of them are a new edition."""

from typing import NamedTuple

#: What has one partition in whatever edition: what operators decide, and what services say of the past.
SMALL = ("operations", "watermarks")


class Edition(NamedTuple):
    """One edition of the log.

    Attributes:
        number: 1 is the first, whose topics have their plain names.
        partitions: of each of its topics.
    """

    number: int
    partitions: int

    def named(self, topic: str) -> str:
        """Return what a topic is called in it; none of an aggregate's own name ends like this."""
        return topic if self.number == 1 or topic in {"", *SMALL} else f"{topic}.e{self.number}"
