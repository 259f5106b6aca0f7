"""Whether a log that ends before what was read is another, or a broker only tells of what it had."""

from dataclasses import dataclass, field
from time import monotonic

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

#: A broker that was frozen while another took over has learnt of it by then; what is still said is so.
SURE_SECONDS = 5.0
#: Whoever has nothing else to do asks again after this.
AGAIN_SECONDS = 0.2
# What was doubted so long ago says nothing about now.
_FORGOTTEN_SECONDS = 60.0


class Doubtful(KafkaError):  # type: ignore[misc]  # noqa: N818 - the library is untyped; a state that passes
    """A partition is said to end before where it is known to have gone; asked again, that may pass."""


@dataclass(slots=True)
class Doubt:
    """Remembers since when partitions are said to end too soon."""

    _since: dict[TopicPartition, float] = field(default_factory=dict)

    def over(self, at: TopicPartition) -> None:
        """Take note that a partition goes as far as it should."""
        self._since.pop(at, None)

    def sure(self, at: TopicPartition) -> bool:
        """Take note that a partition ends too soon; True once that has been said for long enough."""
        now = monotonic()
        if now - self._since.setdefault(at, now) > _FORGOTTEN_SECONDS:
            self._since[at] = now
        return now - self._since[at] >= SURE_SECONDS
